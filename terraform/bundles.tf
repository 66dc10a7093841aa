# The staged bundles (make bundle), their bucket, and the repository of images.

locals {
  repository = "${google_artifact_registry_repository.images.location}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"

  _bundles = startswith(var.bundles, "/") ? var.bundles : "${path.module}/${var.bundles}"
  bundles = {
    for name in keys(local.functions) : name => {
      hash = try(trimspace(file("${local._bundles}/${name}.sha256")), "")
      zip  = try(data.archive_file.bundle[name].output_path, "")
    }
  }
}

data "archive_file" "bundle" {
  for_each = { for name in keys(local.functions) : name => name if fileexists("${local._bundles}/${name}.sha256") }

  type        = "zip"
  source_dir  = "${local._bundles}/${each.key}"
  output_path = "${local._bundles}/${each.key}.zip"
}

resource "google_storage_bucket" "bundles" {
  #checkov:skip=CKV_GCP_62:The bucket contains open-source code, and Cloud Audit Logs record writes.
  name                        = "${var.project}-bundles"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 90
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_artifact_registry_repository" "images" {
  #checkov:skip=CKV_GCP_84:Google's keys are sufficient for images of open-source code.
  repository_id = "savepoint"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the functions, the migrate job and the builder."

  cleanup_policies {
    id     = "keep-the-last"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-the-old"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.this]
}

# The account that builds function images: it reads bundles and writes images and logs.
resource "google_service_account" "builder" {
  account_id   = "builder"
  display_name = "Builds the images of functions"
  depends_on   = [google_project_service.this]
}

resource "google_storage_bucket_iam_member" "builder_reads_bundles" {
  bucket = google_storage_bucket.bundles.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.builder.member
}

resource "google_artifact_registry_repository_iam_member" "builder_writes_images" {
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.builder.member
}

resource "google_project_iam_member" "builder_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.builder.member
}
