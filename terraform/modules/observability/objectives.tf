# Service level objectives over 28 days of requests, from the objectives in each function.yaml.

locals {
  _requests = {
    for name, one in var.functions : name =>
    "resource.type=\"cloud_run_revision\" resource.labels.service_name=\"${one.service}\" metric.type=\"run.googleapis.com/request_count\""
  }
}

resource "google_monitoring_service" "function" {
  for_each = var.functions

  service_id   = each.value.service
  display_name = each.key

  basic_service {
    service_type   = "CLOUD_RUN"
    service_labels = { service_name = each.value.service, location = var.region }
  }
}

resource "google_monitoring_slo" "availability" {
  for_each = var.functions

  service             = google_monitoring_service.function[each.key].service_id
  slo_id              = "availability"
  display_name        = "${each.key}: ${each.value.objectives.availability * 100} % of responses are good"
  goal                = each.value.objectives.availability
  rolling_period_days = 28

  request_based_sli {
    good_total_ratio {
      total_service_filter = local._requests[each.key]
      bad_service_filter   = "${local._requests[each.key]} metric.labels.response_code_class=\"5xx\""
    }
  }
}

resource "google_monitoring_slo" "latency" {
  for_each = var.functions

  service             = google_monitoring_service.function[each.key].service_id
  slo_id              = "latency"
  display_name        = "${each.key}: 99 % of responses within ${each.value.objectives.p99_ms} ms"
  goal                = 0.99
  rolling_period_days = 28

  request_based_sli {
    distribution_cut {
      distribution_filter = replace(local._requests[each.key], "request_count", "request_latencies")

      range {
        max = each.value.objectives.p99_ms
      }
    }
  }
}
