# The addresses, the certificate, the TLS policy and the redirect from HTTP to HTTPS.

locals {
  hosts = { api = var.domain, objects = "objects.${var.domain}" }
  ports = {
    for pair in setproduct(["IPV4", "IPV6"], ["80", "443"]) :
    lower("${pair[0]}-${pair[1]}") => { version = pair[0], port = pair[1] }
  }
}

resource "google_compute_global_address" "edge" {
  for_each = toset(["IPV4", "IPV6"])

  name       = "edge-${lower(each.key)}"
  ip_version = each.key

  lifecycle {
    # A new address needs new DNS records, which take hours to reach all players.
    prevent_destroy = true
  }
}

resource "google_compute_managed_ssl_certificate" "edge" {
  # A certificate's domains cannot change, and it cannot be deleted while in use. A change therefore
  # first creates a certificate with a new name.
  name = "edge-${substr(sha256(join(",", values(local.hosts))), 0, 8)}"

  managed {
    domains = values(local.hosts)
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "edge" {
  name            = "edge"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_target_https_proxy" "edge" {
  name             = "edge"
  url_map          = google_compute_url_map.edge.id
  ssl_certificates = [google_compute_managed_ssl_certificate.edge.id]
  ssl_policy       = google_compute_ssl_policy.edge.id
}

resource "google_compute_url_map" "to_https" {
  name = "edge-to-https"

  default_url_redirect {
    https_redirect = true
    # A 308 preserves the method and body; a 301 may not.
    redirect_response_code = "PERMANENT_REDIRECT"
    strip_query            = false
  }
}

resource "google_compute_target_http_proxy" "to_https" {
  name    = "edge-to-https"
  url_map = google_compute_url_map.to_https.id
}

resource "google_compute_global_forwarding_rule" "edge" {
  for_each = local.ports

  name                  = "edge-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge[each.value.version].id
  port_range            = each.value.port
  target = (
    each.value.port == "443"
    ? google_compute_target_https_proxy.edge.id
    : google_compute_target_http_proxy.to_https.id
  )
}
