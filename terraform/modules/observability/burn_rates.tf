# Alerts on the burn rate of each function's error budget, as in chapter 5 of Google's SRE Workbook.
# Each alert has two windows, so that it starts and ends quickly.

locals {
  _speeds = {
    fast   = { rate = 14.4, long = 3600, short = 300, severity = "CRITICAL", text = "2 % of the monthly error budget in an hour" }
    medium = { rate = 6, long = 21600, short = 1800, severity = "CRITICAL", text = "5 % of the monthly error budget in 6 hours" }
    slow   = { rate = 1, long = 259200, short = 21600, severity = "WARNING", text = "10 % of the monthly error budget in 3 days" }
  }
  # With fewer requests per hour, the alert is a ticket instead of a page.
  _enough = 100

  _burns = merge([
    for name, function in var.functions : merge([
      for objective in ["availability", "latency"] : {
        for speed, one in local._speeds :
        "${name}-${objective}-${speed}" => merge(one, {
          function  = name
          objective = objective
          runbook   = objective == "availability" ? "function-failing" : "function-slow"
        })
      }
    ]...)
  ]...)
}

resource "google_monitoring_alert_policy" "burn" {
  for_each = local._burns

  display_name          = "${each.value.function}: ${each.value.objective} burns, ${each.value.text}"
  combiner              = "AND"
  severity              = each.value.severity
  notification_channels = local._channels[each.value.severity]
  user_labels           = { function = each.value.function, runbook = each.value.runbook }

  dynamic "conditions" {
    for_each = [each.value.long, each.value.short]

    content {
      display_name = "${each.value.rate} times too fast over ${conditions.value / 60} minutes"

      condition_threshold {
        filter = "select_slo_burn_rate(\"${(
          each.value.objective == "availability"
          ? google_monitoring_slo.availability[each.value.function].name
          : google_monitoring_slo.latency[each.value.function].name
        )}\", \"${conditions.value}s\")"
        comparison      = "COMPARISON_GT"
        threshold_value = each.value.rate
        duration        = "0s"
      }
    }
  }

  dynamic "conditions" {
    for_each = each.value.severity == "CRITICAL" ? [1] : []

    content {
      display_name = "More than ${local._enough} requests in an hour"

      condition_threshold {
        filter          = local._requests[each.value.function]
        comparison      = "COMPARISON_GT"
        threshold_value = local._enough
        duration        = "0s"

        aggregations {
          alignment_period     = "3600s"
          per_series_aligner   = "ALIGN_DELTA"
          cross_series_reducer = "REDUCE_SUM"
        }
      }
    }
  }

  documentation {
    subject   = "${each.value.function}: ${each.value.objective}"
    mime_type = "text/markdown"
    content   = "`${each.value.function}` used ${each.value.text}. Runbook: docs/runbooks/${each.value.runbook}.md."

    dynamic "links" {
      for_each = var.runbooks[*]

      content {
        display_name = "Runbook"
        url          = "${links.value}/${each.value.runbook}.md"
      }
    }
  }
}
