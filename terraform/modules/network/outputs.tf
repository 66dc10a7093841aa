output "network" {
  description = "Id of the network, available once Cloud SQL is reachable through it."
  value       = google_compute_network.this.id
  depends_on  = [google_service_networking_connection.services]
}

output "subnetwork" {
  description = "Name of the subnetwork for the functions' egress."
  value       = google_compute_subnetwork.functions.name
}
