# The rights, service and trigger of every function, derived from the function.yaml files, which
# local.functions holds in normalized form.

module "manifests" {
  source = "./modules/manifests"

  released                 = var.released
  root                     = startswith(var.root, "/") ? var.root : "${path.module}/${var.root}"
  sql_max_connections      = var.sql_max_connections
  sql_reserved_connections = var.sql_reserved_connections
}

locals {
  functions  = module.manifests.functions
  granted    = module.manifests.granted
  path_rules = module.manifests.path_rules
}

locals {
  # Players' tokens come from Identity Platform, the only issuer that Firestore accepts.
  issuers = [{
    issuer   = "https://securetoken.google.com/${var.project}"
    audience = var.project
    jwks_url = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
  }]

  core_settings = {
    GOOGLE_CLOUD_PROJECT        = var.project
    PUBLIC_URL                  = "https://${var.domain}"
    TRUSTED_ISSUERS             = jsonencode(local.issuers)
    OTEL_EXPORTER_OTLP_ENDPOINT = "https://telemetry.googleapis.com"
    OTEL_RESOURCE_ATTRIBUTES    = "gcp.project_id=${var.project},cloud.region=${var.region},cloud.platform=gcp_cloud_run"
  }
  sql_settings = {
    SQL_INSTANCE = module.data.sql_connection_name
    SQL_DATABASE = module.data.sql_database
  }
  objects_settings = {
    OBJECTS_ENDPOINT         = "https://storage.googleapis.com"
    OBJECTS_ARTIFACTS_BUCKET = module.data.buckets["artifacts"]
    OBJECTS_PUBLIC_BUCKET    = module.data.buckets["public"]
  }

  # Each group of settings is passed only to the functions that need it.
  settings = {
    for name, one in local.functions : name => merge(
      local.core_settings,
      one.sql ? merge(local.sql_settings, { SQL_USER = module.identity[name].database_user }) : {},
      one.signs ? local.objects_settings : {},
      one.objects.public != null ? { OBJECTS_PUBLIC_URL = "https://objects.${var.domain}" } : {},
      one.redrives ? { CONSUMER_URL = "https://{service}-${data.google_project.this.number}.${var.region}.run.app" } : {},
    )
  }
}

module "identity" {
  source   = "./modules/identity"
  for_each = local.granted

  accounts      = each.value.accounts
  accounts_role = module.data.accounts_role
  documents     = each.value.documents
  objects       = { for key, right in each.value.objects : key => right }
  buckets       = module.data.buckets
  project       = var.project
  publishes     = toset([for topic in each.value.publishes : google_pubsub_topic.this[topic].name])
  secrets       = toset([for id in values(try(local.objects_secrets[each.key], {})) : module.data.secrets[id]])
  service       = local.functions[each.key].service
  sql           = each.value.sql
  sql_instance  = module.data.sql_instance

  depends_on = [google_project_service.this]
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  anyone          = each.value.kind == "http"
  builder         = google_service_account.builder.id
  bundle          = local.bundles[each.key]
  bundles_bucket  = google_storage_bucket.bundles.name
  concurrency     = each.value.concurrency
  cpu             = each.value.cpu
  description     = each.value.description
  instances       = each.value.instances
  memory          = each.value.memory
  project         = var.project
  region          = var.region
  repository      = local.repository
  secret_settings = each.value.signs ? local.objects_secrets[each.key] : {}
  service         = each.value.service
  service_account = module.identity[each.key].email
  settings        = local.settings[each.key]
  subnetwork      = each.value.sql ? module.network.subnetwork : null
  timeout         = each.value.timeout

  depends_on = [
    google_artifact_registry_repository_iam_member.builder_writes_images,
    google_project_iam_member.builder_logs,
    google_storage_bucket_iam_member.builder_reads_bundles,
    module.identity, # a revision cannot start before it is allowed to read its secrets
  ]
}

module "trigger" {
  source   = "./modules/trigger"
  for_each = { for name, one in local.functions : name => one if one.kind != "http" }

  dead_letters       = google_pubsub_topic.this[local.dead_letters].name
  delivery           = google_service_account.delivery.email
  description        = each.value.description
  document           = each.value.document
  firestore_location = var.firestore_location
  kind               = each.value.kind
  project            = var.project
  pubsub_agent       = local.agents["pubsub"]
  region             = var.region
  retry              = each.value.retry
  schedule           = each.value.schedule
  service            = module.function[each.key].name
  service_account    = module.function[each.key].service_account
  timeout            = each.value.timeout
  topic              = try(google_pubsub_topic.this[each.value.topic].name, null)
  uri                = module.function[each.key].uri
}

# The operations function redrives events to their consumers.
resource "google_cloud_run_v2_service_iam_member" "redrives" {
  for_each = {
    for pair in setproduct(
      [for name, one in local.functions : name if one.redrives],
      [for name, one in local.functions : name if contains(["topic", "document", "pull"], one.kind)],
    ) : "${pair[0]}/${pair[1]}" => { from = pair[0], to = pair[1] }
  }

  location = var.region
  name     = module.function[each.value.to].name
  role     = "roles/run.invoker"
  member   = module.identity[each.value.from].member
}

module "migrate" {
  source = "./modules/migrate"

  database_users = { for name, one in local.granted : name => module.identity[name].database_user if one.sql }
  image          = var.migrate_image
  project        = var.project
  region         = var.region
  settings       = local.sql_settings
  sql_instance   = module.data.sql_instance
  subnetwork     = module.network.subnetwork
}
