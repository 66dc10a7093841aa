output "accounts_role" {
  description = "Full name of the role that can read and set the claims of players' accounts."
  value       = google_project_iam_custom_role.accounts.name
}

output "buckets" {
  description = "Names of the buckets of objects: artifacts and public."
  value       = { for key, bucket in google_storage_bucket.this : key => bucket.name }
}

output "secrets" {
  description = "Ids of the secrets, available once they exist."
  value       = { for key, secret in google_secret_manager_secret.this : key => secret.secret_id }
}

output "sql_connection_name" {
  description = "project:region:instance, for the connector."
  value       = google_sql_database_instance.this.connection_name
}

output "sql_database" {
  description = "Name of the database."
  value       = google_sql_database.this.name
}

output "sql_instance" {
  description = "Name of the database instance."
  value       = google_sql_database_instance.this.name
}
