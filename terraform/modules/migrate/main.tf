# The job that migrates tables and grants rights to them. Only the job's user may run DDL.

resource "google_service_account" "this" {
  account_id   = "migrate"
  display_name = "Changes tables and grants their use"
}

resource "google_project_iam_member" "roles" {
  for_each = toset(["roles/cloudsql.client", "roles/cloudsql.instanceUser"])

  project = var.project
  role    = each.key
  member  = google_service_account.this.member
}

resource "google_sql_user" "this" {
  instance       = var.sql_instance
  name           = google_service_account.this.email
  type           = "CLOUD_IAM_SERVICE_ACCOUNT"
  database_roles = ["cloudsqlsuperuser"]
}

resource "google_cloud_run_v2_job" "this" {
  name                = "migrate"
  location            = var.region
  deletion_protection = true

  template {
    template {
      service_account = google_service_account.this.email
      # An ALTER of a big table takes time, and a person must handle a failed one.
      timeout     = "3600s"
      max_retries = 0

      containers {
        image = var.image

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }

        dynamic "env" {
          for_each = merge(var.settings, {
            DATABASE_USERS = jsonencode(var.database_users)
            SQL_USER       = google_service_account.this.account_id
          })
          content {
            name  = env.key
            value = env.value
          }
        }
      }

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          subnetwork = var.subnetwork
        }
      }
    }
  }

  lifecycle {
    # The release steps set the image and the executor.
    ignore_changes = [client, client_version]
  }

  depends_on = [google_sql_user.this, google_project_iam_member.roles]
}
