# All other alerts in one table, each with its condition, threshold and runbook.

locals {
  _channels = { CRITICAL = var.channels.page, WARNING = var.channels.ticket }

  # `filter` is compared with `above`. `promql` contains its own comparison. `absent` alerts on missing data.
  _alerts = merge(local._messages, local._stores, local._edge, local._instances, local._silent)

  _timed = { for name, one in var.functions : name => one if try(split(" ", one.schedule)[1] == "*", false) }
  _silent = {
    for name, one in local._timed : "${name}-silent" => {
      title      = "${name} has not succeeded for 3 hours"
      severity   = "CRITICAL"
      runbook    = "schedule-silent"
      function   = name
      conditions = [{ absent = "${local._requests[name]} metric.labels.response_code_class=\"2xx\"", minutes = 180 }]
    }
  }

  _instances = {
    cold-starts = {
      title    = "Instances start slowly"
      severity = "WARNING"
      runbook  = "cold-starts"
      conditions = [{
        filter  = "resource.type=\"cloud_run_revision\" metric.type=\"run.googleapis.com/container/startup_latencies\""
        aligner = "ALIGN_PERCENTILE_95"
        reducer = "REDUCE_MAX"
        by      = ["resource.label.service_name"]
        above   = 10000
        minutes = 30
      }]
    }
  }
}

resource "google_monitoring_alert_policy" "other" {
  for_each = local._alerts

  display_name          = each.value.title
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local._channels[each.value.severity]
  user_labels = merge(
    { runbook = each.value.runbook },
    try({ function = each.value.function }, {}),
  )

  dynamic "conditions" {
    for_each = each.value.conditions

    content {
      display_name = each.value.title

      dynamic "condition_threshold" {
        for_each = can(conditions.value.filter) ? [conditions.value] : []

        content {
          filter             = condition_threshold.value.filter
          denominator_filter = try(condition_threshold.value.of, null)
          comparison         = try(condition_threshold.value.comparison, "COMPARISON_GT")
          threshold_value    = condition_threshold.value.above
          duration           = "${condition_threshold.value.minutes * 60}s"

          aggregations {
            alignment_period     = "300s"
            per_series_aligner   = condition_threshold.value.aligner
            cross_series_reducer = condition_threshold.value.reducer
            group_by_fields      = try(condition_threshold.value.by, [])
          }

          dynamic "denominator_aggregations" {
            for_each = can(condition_threshold.value.of) ? [1] : []

            content {
              alignment_period     = "300s"
              per_series_aligner   = condition_threshold.value.aligner
              cross_series_reducer = condition_threshold.value.reducer
              group_by_fields      = try(condition_threshold.value.by, [])
            }
          }
        }
      }

      dynamic "condition_prometheus_query_language" {
        for_each = can(conditions.value.promql) ? [conditions.value] : []

        content {
          query               = condition_prometheus_query_language.value.promql
          duration            = "${condition_prometheus_query_language.value.minutes * 60}s"
          evaluation_interval = "60s"
          # A metric exists only after its first value.
          disable_metric_validation = true
        }
      }

      dynamic "condition_absent" {
        for_each = can(conditions.value.absent) ? [conditions.value] : []

        content {
          filter   = condition_absent.value.absent
          duration = "${condition_absent.value.minutes * 60}s"

          aggregations {
            alignment_period     = "300s"
            per_series_aligner   = "ALIGN_DELTA"
            cross_series_reducer = "REDUCE_SUM"
          }
        }
      }
    }
  }

  documentation {
    subject   = each.value.title
    mime_type = "text/markdown"
    content   = "${each.value.title}. Runbook: docs/runbooks/${each.value.runbook}.md."

    dynamic "links" {
      for_each = var.runbooks[*]

      content {
        display_name = "Runbook"
        url          = "${links.value}/${each.value.runbook}.md"
      }
    }
  }
}
