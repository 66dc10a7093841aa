# A function's identity, with exactly the rights that its function.yaml declares.

locals {
  # Requests are signed with this account's HMAC key, so the account itself needs the rights to
  # objects. Reading the public bucket needs no rights.
  bucket_roles = { r = "roles/storage.objectViewer", rw = "roles/storage.objectUser" }
  rights = {
    for bucket, right in var.objects : bucket => right
    if right != null && !(bucket == "public" && right == "r")
  }
  roles = merge(
    var.sql ? { sql = "roles/cloudsql.client", sql_user = "roles/cloudsql.instanceUser" } : {},
    var.documents ? { documents = "roles/datastore.user" } : {},
    var.accounts ? { accounts = var.accounts_role } : {},
    # Every function exports metrics and the spans of sampled requests.
    { metrics = "roles/telemetry.metricsWriter", traces = "roles/telemetry.tracesWriter" },
  )
}

resource "google_service_account" "this" {
  account_id   = "fn-${var.service}"
  display_name = "Function ${var.service}"
}

resource "google_project_iam_member" "roles" {
  for_each = local.roles

  project = var.project
  role    = each.value
  member  = google_service_account.this.member
}

# The MySQL user name is the account's name without its domain. A user starts without privileges;
# the migrate job grants them.
resource "google_sql_user" "this" {
  count = var.sql ? 1 : 0

  instance = var.sql_instance
  name     = google_service_account.this.email
  type     = "CLOUD_IAM_SERVICE_ACCOUNT"
}

resource "google_pubsub_topic_iam_member" "publishes" {
  for_each = var.publishes

  topic  = each.key
  role   = "roles/pubsub.publisher"
  member = google_service_account.this.member
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each = var.secrets

  secret_id = each.key
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this.member
}

resource "google_storage_bucket_iam_member" "objects" {
  for_each = local.rights

  bucket = var.buckets[each.key]
  role   = local.bucket_roles[each.value]
  member = google_service_account.this.member
}
