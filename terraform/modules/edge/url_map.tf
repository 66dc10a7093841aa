# The path rules, of which the longest match wins, as in the local gateway.

resource "google_compute_url_map" "edge" {
  name            = "edge"
  default_service = google_compute_backend_bucket.own.id

  host_rule {
    hosts        = ["*"]
    path_matcher = "api"
  }

  host_rule {
    hosts        = [local.hosts.objects]
    path_matcher = "objects"
  }

  path_matcher {
    name            = "api"
    default_service = google_compute_backend_bucket.own.id

    # Functions never return 502 or 504, so these statuses mean that no instance responded.
    default_custom_error_response_policy {
      error_service = google_compute_backend_bucket.own.id

      error_response_rule {
        match_response_codes   = ["502", "504"]
        override_response_code = 503
        path                   = "/${google_storage_bucket_object.problem["unavailable"].name}"
      }
    }

    dynamic "path_rule" {
      for_each = var.functions

      content {
        paths   = path_rule.value.paths
        service = google_compute_backend_service.function[path_rule.key].id
      }
    }

    path_rule {
      paths   = ["/${google_storage_bucket_object.openapi.name}"]
      service = google_compute_backend_bucket.own.id
    }

    # A separate rule is needed, because the matcher's default would replace the functions' own 404s.
    path_rule {
      paths   = ["/*"]
      service = google_compute_backend_bucket.own.id

      custom_error_response_policy {
        error_service = google_compute_backend_bucket.own.id

        error_response_rule {
          match_response_codes   = ["4xx"]
          override_response_code = 404
          path                   = "/${google_storage_bucket_object.problem["not_found"].name}"
        }
      }
    }
  }

  path_matcher {
    name            = "objects"
    default_service = google_compute_backend_bucket.public.id
  }

  # Google rejects the URL map if one of these tests fails.
  dynamic "test" {
    for_each = merge([
      for name, one in var.functions : { for path in one.prefixes : path => name }
    ]...)

    content {
      host    = local.hosts.api
      path    = "${test.key}/anything"
      service = google_compute_backend_service.function[test.value].id
    }
  }
}
