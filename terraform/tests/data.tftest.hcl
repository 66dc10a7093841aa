# Tests the stores alone, with more indexes than the repository has.

mock_provider "google" {}

variables {
  authorized_domains = ["example.com"]
  firestore_indexes = {
    indexes = [{
      collectionGroup = "commands"
      queryScope      = "COLLECTION"
      fields          = [{ fieldPath = "state", order = "ASCENDING" }, { fieldPath = "created_at", order = "DESCENDING" }]
    }]
    fieldOverrides = [
      { collectionGroup = "stats", fieldPath = "*", indexes = [] },
      { collectionGroup = "commands", fieldPath = "expires_at", ttl = true },
    ]
  }
  firestore_location  = "nam5"
  firestore_rules     = "rules_version = '2';"
  network             = "projects/demo-savepoint/global/networks/savepoint"
  project             = "demo-savepoint"
  region              = "us-central1"
  secrets             = ["mail-key"]
  sql_max_connections = 1800
  sql_replica_region  = "us-east1"
  sql_tier            = "db-custom-4-16384"
}

run "what_firestore_is_told" {
  command = plan

  module {
    source = "./modules/data"
  }

  assert {
    condition     = google_firestore_index.this["commands/state ASCENDING/created_at DESCENDING"].fields[1].order == "DESCENDING"
    error_message = "A composite index has its fields in order."
  }
  assert {
    condition     = length(google_firestore_field.this["commands/expires_at"].ttl_config) == 1 && length(google_firestore_field.this["commands/expires_at"].index_config) == 0
    error_message = "A time to live keeps the field's automatic indexes."
  }
  assert {
    condition     = length(google_firestore_field.this["stats/*"].ttl_config) == 0 && length(google_firestore_field.this["stats/*"].index_config[0].indexes) == 0
    error_message = "An empty list of indexes means none."
  }
  assert {
    condition     = length(google_sql_database_instance.replica) == 1 && google_sql_database_instance.replica[0].deletion_protection
    error_message = "The replica is optional and protected like the instance."
  }
  assert {
    condition     = google_sql_database_instance.this.settings[0].backup_configuration[0].binary_log_enabled && google_sql_database_instance.this.settings[0].availability_type == "REGIONAL"
    error_message = "Two zones and point-in-time recovery."
  }
  assert {
    condition     = google_storage_bucket.this["artifacts"].public_access_prevention == "enforced" && google_storage_bucket_iam_member.everyone_reads.bucket == "demo-savepoint-public"
    error_message = "Only the public bucket is public."
  }
}
