# Checks that the API is reachable from outside, which no function can measure itself.

locals {
  _checks = "resource.type=\"uptime_url\" resource.labels.host=\"${var.host}\" metric.type=\"monitoring.googleapis.com/uptime_check/"

  _edge = {
    unreachable = {
      title    = "The API is unreachable from two continents"
      severity = "CRITICAL"
      runbook  = "unreachable"
      conditions = [{
        filter  = "${local._checks}check_passed\""
        aligner = "ALIGN_NEXT_OLDER"
        reducer = "REDUCE_COUNT_FALSE"
        by      = ["metric.label.check_id"]
        above   = 1
        minutes = 2
      }]
    }
    certificate = {
      title    = "The certificate expires within 15 days"
      severity = "WARNING"
      runbook  = "certificate-ends"
      conditions = [{
        filter     = "${local._checks}time_until_ssl_cert_expires\""
        aligner    = "ALIGN_NEXT_OLDER"
        reducer    = "REDUCE_MIN"
        comparison = "COMPARISON_LT"
        above      = 15
        minutes    = 60
      }]
    }
    edge-refusals = {
      title    = "The edge blocks 5 % of requests"
      severity = "WARNING"
      runbook  = "edge-refusals"
      conditions = [{
        filter  = "resource.type=\"network_security_policy\" metric.type=\"networksecurity.googleapis.com/https/request_count\" metric.labels.blocked=\"true\""
        of      = "resource.type=\"network_security_policy\" metric.type=\"networksecurity.googleapis.com/https/request_count\""
        aligner = "ALIGN_RATE"
        reducer = "REDUCE_SUM"
        above   = 0.05
        minutes = 15
      }]
    }
  }
}

resource "google_monitoring_uptime_check_config" "path" {
  for_each = var.uptime_paths

  display_name = "${var.host}${each.value}"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = each.value
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project, host = var.host }
  }
}
