output "name" {
  description = "Name of the Cloud Run service."
  value       = google_cloud_run_v2_service.this.name
}

output "service_account" {
  description = "Address of the account that it runs as."
  value       = var.service_account
}

output "uri" {
  description = "Address of the service, which only Google's own deliveries and the load balancer reach."
  value       = google_cloud_run_v2_service.this.uri
}
