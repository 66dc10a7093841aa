# One backend per function. The CDN caches public responses according to their headers.

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = var.functions

  name                  = each.value.service
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.value.service
  }
}

resource "google_compute_backend_service" "function" {
  for_each = var.functions

  name                    = each.value.service
  load_balancing_scheme   = "EXTERNAL_MANAGED"
  protocol                = "HTTPS"
  security_policy         = google_compute_security_policy.edge.id
  enable_cdn              = each.value.public
  compression_mode        = each.value.public ? "AUTOMATIC" : "DISABLED"
  custom_response_headers = ["Strict-Transport-Security: max-age=31536000"]

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  dynamic "cdn_policy" {
    for_each = each.value.public ? [1] : []

    content {
      cache_mode       = "USE_ORIGIN_HEADERS"
      negative_caching = false
      # By default, the CDN would serve responses up to a day old; the contract promises 60 s.
      serve_while_stale = 0

      cache_key_policy {
        include_host         = true
        include_protocol     = true
        include_query_string = true
      }
    }
  }

  log_config {
    enable      = true
    sample_rate = var.log_sample_rate
  }
}
