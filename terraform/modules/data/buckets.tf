# The object buckets. Artifacts are private and need signed URLs; public objects need none.

locals {
  buckets = {
    artifacts = { public = false, uploads = ["incoming/"] }
    public    = { public = true, uploads = [] }
  }
}

resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_62:Cloud Audit Logs record reads of artifacts, and the load balancer logs reads of public objects.
  #checkov:skip=CKV_GCP_78:Objects are named by content hash and never change; deleted ones can be restored for 7 days.
  #checkov:skip=CKV_GCP_114:Public objects are public by design; the artifacts' bucket enforces public access prevention.
  for_each = local.buckets

  name                        = "${var.project}-${each.key}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = each.value.public ? "inherited" : "enforced"

  # Any origin is allowed, because the signed URL grants access and no cookie is involved.
  cors {
    origin          = ["*"]
    method          = ["GET", "HEAD", "PUT"]
    response_header = ["Content-Type", "Range", "ETag", "Content-Range", "Content-Length", "Accept-Ranges"]
    max_age_seconds = 7200
  }

  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  dynamic "lifecycle_rule" {
    for_each = length(each.value.uploads) > 0 ? [each.value.uploads] : []
    content {
      action {
        type = "Delete"
      }
      condition {
        age            = 1
        matches_prefix = lifecycle_rule.value
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Everyone may read objects by name. The role objectViewer would also allow listing them.
resource "google_storage_bucket_iam_member" "everyone_reads" {
  #checkov:skip=CKV_GCP_28:Art and detection lists are public.
  bucket = google_storage_bucket.this["public"].name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}
