# The private network through which functions reach the database and each other.

resource "google_compute_network" "this" {
  #checkov:skip=CKV2_GCP_18:No service listens in this network; it is only for egress, and no rule allows ingress.
  name                    = "savepoint"
  auto_create_subnetworks = false
}

# Direct VPC egress uses up to two addresses per instance and keeps them for some time.
resource "google_compute_subnetwork" "functions" {
  #checkov:skip=CKV_GCP_26:Every request is logged at both ends; flow logs would add cost and little information.
  name                     = "savepoint"
  region                   = var.region
  network                  = google_compute_network.this.id
  ip_cidr_range            = "10.8.0.0/20"
  private_ip_google_access = true
}

resource "google_compute_global_address" "services" {
  name          = "google-services"
  network       = google_compute_network.this.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
}

resource "google_service_networking_connection" "services" {
  network                 = google_compute_network.this.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services.name]
}

# A redrive calls the consumer at run.app. Only requests through the network count as internal, and
# only private addresses are routed through it. These records hold Google's private addresses.
resource "google_dns_managed_zone" "run" {
  name        = "run-app"
  description = "Private addresses of Cloud Run, so that functions can call each other."
  dns_name    = "run.app."
  visibility  = "private"

  private_visibility_config {
    networks {
      network_url = google_compute_network.this.id
    }
  }
}

resource "google_dns_record_set" "run" {
  managed_zone = google_dns_managed_zone.run.name
  name         = "*.run.app."
  type         = "A"
  ttl          = 3600
  rrdatas      = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]
}
