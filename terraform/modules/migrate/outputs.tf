output "job" {
  description = "Name of the Cloud Run job."
  value       = google_cloud_run_v2_job.this.name
}

output "service_account" {
  description = "Email of its service account."
  value       = google_service_account.this.email
}
