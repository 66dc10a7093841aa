output "network" {
  description = "Id of the network, available once Cloud SQL can be reached in it."
  value       = google_compute_network.this.id
  depends_on  = [google_service_networking_connection.services]
}

output "subnetwork" {
  description = "Name of the subnetwork for egress of functions."
  value       = google_compute_subnetwork.functions.name
}
