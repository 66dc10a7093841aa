output "database_user" {
  description = "The account's user name in MySQL, or null."
  value       = var.sql ? google_service_account.this.account_id : null
}

output "email" {
  description = "Email of the service account."
  value       = google_service_account.this.email
}

output "grants" {
  description = "Every right of the account, in the form `role on resource`."
  value = concat(
    [for one in google_project_iam_member.roles : "${one.role} on the project"],
    [for one in google_pubsub_topic_iam_member.publishes : "${one.role} on ${one.topic}"],
    [for one in google_secret_manager_secret_iam_member.reads : "${one.role} on ${one.secret_id}"],
    [for one in google_storage_bucket_iam_member.objects : "${one.role} on ${one.bucket}"],
  )
}

output "member" {
  description = "The service account as an IAM member."
  value       = google_service_account.this.member
}
