output "database_user" {
  description = "The account's name as MySQL knows it, or null."
  value       = var.sql ? google_service_account.this.account_id : null
}

output "email" {
  description = "Address of the service account."
  value       = google_service_account.this.email
}

output "member" {
  description = "The service account as IAM writes a member."
  value       = google_service_account.this.member
}
