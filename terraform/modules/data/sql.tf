# A private MySQL instance in two zones, with point-in-time recovery for the last week.

resource "google_sql_database_instance" "this" {
  name                = "savepoint"
  region              = var.region
  database_version    = "MYSQL_8_4"
  deletion_protection = true

  settings {
    tier                        = var.sql_tier
    edition                     = "ENTERPRISE"
    availability_type           = "REGIONAL"
    disk_type                   = "PD_SSD"
    disk_autoresize             = true
    deletion_protection_enabled = true
    connector_enforcement       = "REQUIRED"

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.network
      ssl_mode        = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }

    # In MySQL, point-in-time recovery uses the binary log.
    backup_configuration {
      enabled                        = true
      binary_log_enabled             = true
      start_time                     = "03:00"
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 14
      }
    }

    insights_config {
      query_insights_enabled  = true
      record_application_tags = false
      record_client_address   = false
    }

    maintenance_window {
      day          = 2
      hour         = 4
      update_track = "stable"
    }

    dynamic "database_flags" {
      for_each = local.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [settings[0].disk_size]
  }
}

locals {
  flags = {
    character_set_server        = "utf8mb4"
    cloudsql_iam_authentication = "on"
    default_time_zone           = "+00:00"
    local_infile                = "off"
    long_query_time             = "1"
    max_connections             = tostring(var.sql_max_connections)
    skip_show_database          = "on"
    slow_query_log              = "on"
  }
}

resource "google_sql_database_instance" "replica" {
  count = var.sql_replica_region == null ? 0 : 1

  name                 = "savepoint-${var.sql_replica_region}"
  region               = var.sql_replica_region
  database_version     = google_sql_database_instance.this.database_version
  master_instance_name = google_sql_database_instance.this.name
  deletion_protection  = true

  settings {
    tier                        = var.sql_tier
    edition                     = "ENTERPRISE"
    disk_type                   = "PD_SSD"
    disk_autoresize             = true
    deletion_protection_enabled = true
    connector_enforcement       = "REQUIRED"

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.network
      ssl_mode        = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }

    # Once promoted, the replica must accept the same users and connection pools.
    dynamic "database_flags" {
      for_each = local.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }

  lifecycle {
    ignore_changes = [settings[0].disk_size]
  }
}

resource "google_sql_database" "this" {
  name      = "savepoint"
  instance  = google_sql_database_instance.this.name
  charset   = "utf8mb4"
  collation = "utf8mb4_unicode_520_ci"

  lifecycle {
    prevent_destroy = true
  }
}
