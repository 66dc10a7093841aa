# Secrets without values, because Terraform's state would contain the values (README.md).

resource "google_secret_manager_secret" "this" {
  for_each = var.secrets

  secret_id           = each.key
  deletion_protection = true

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}
