output "name" {
  description = "Name of the Cloud Run service."
  value       = google_cloud_run_v2_service.this.name
}

output "service_account" {
  description = "Email of its service account."
  value       = var.service_account
}

output "uri" {
  description = "URL of the service, which only Google's delivery services and the load balancer can reach."
  value       = google_cloud_run_v2_service.this.uri
}
