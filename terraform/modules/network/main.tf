# The private network: functions leave through it to reach the database, and each other.

resource "google_compute_network" "this" {
  #checkov:skip=CKV2_GCP_18:Nothing in it listens: functions only leave through it, and no rule lets anything in.
  name                    = "savepoint"
  auto_create_subnetworks = false
}

# Direct VPC egress takes up to two addresses an instance, and keeps them a while.
resource "google_compute_subnetwork" "functions" {
  #checkov:skip=CKV_GCP_26:Every request is logged at both its ends; flow logs of the way between would cost more than they tell.
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

# Who sends a dead letter to its consumer again calls it at run.app. Only what comes through the
# network counts as internal, and only private addresses go through it: these are Google's.
resource "google_dns_managed_zone" "run" {
  name        = "run-app"
  description = "Cloud Run by private addresses, so that functions may call each other."
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
