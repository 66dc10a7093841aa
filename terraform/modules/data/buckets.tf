# Objects: artifacts are private and reached by signed URLs, what is public is named by its content.

locals {
  buckets = {
    artifacts = { public = false, uploads = ["incoming/"] }
    public    = { public = true, uploads = [] }
  }
}

resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_62:Cloud Audit Logs tell who reads artifacts; the load balancer logs what is public.
  #checkov:skip=CKV_GCP_78:Objects are named by their content and never change; what is deleted can be had back for 7 days.
  #checkov:skip=CKV_GCP_114:What is public is read by everyone; the artifacts' bucket enforces the prevention.
  for_each = local.buckets

  name                        = "${var.project}-${each.key}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = each.value.public ? "inherited" : "enforced"

  # Any origin may: the URL is the right, and no cookie is involved.
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

# Everyone reads what they can name and lists nothing, which objectViewer would allow.
resource "google_storage_bucket_iam_member" "everyone_reads" {
  #checkov:skip=CKV_GCP_28:Art and detection lists are for everyone.
  bucket = google_storage_bucket.this["public"].name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}
