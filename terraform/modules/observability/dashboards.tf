# An overview dashboard, and one dashboard per capability with a row per function.

locals {
  _capabilities = toset([for one in values(var.functions) : one.capability])

  _of = { for name, one in var.functions : name => "monitored_resource=\"cloud_run_revision\",service_name=\"${one.service}\"" }

  # A function's row has tiles for requests, latency, errors and instances.
  _rows = {
    for name, one in var.functions : name => [
      {
        title  = "${name}: requests per second"
        charts = { "{{response_code_class}}" = "sum by (response_code_class) (rate(run_googleapis_com:request_count{${local._of[name]}}[5m]))" }
      },
      {
        title = "${name}: p50 and p99, ms (objective ${one.objectives.p99_ms})"
        charts = {
          p50 = "histogram_quantile(0.5, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{${local._of[name]}}[5m])))"
          p99 = "histogram_quantile(0.99, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{${local._of[name]}}[5m])))"
        }
        line = one.objectives.p99_ms
      },
      {
        title = "${name}: error rate (objective ${format("%.4g", 1 - one.objectives.availability)})"
        charts = {
          bad = "sum(rate(run_googleapis_com:request_count{${local._of[name]},response_code_class=\"5xx\"}[1h])) / sum(rate(run_googleapis_com:request_count{${local._of[name]}}[1h]))"
        }
        line = 1 - one.objectives.availability
      },
      {
        title = "${name}: instances, and cold starts per minute"
        charts = {
          instances     = "sum(run_googleapis_com:container_instance_count{${local._of[name]}})"
          "cold starts" = "60 * sum(rate(run_googleapis_com:container_startup_latencies_count{${local._of[name]}}[5m]))"
        }
      },
    ]
  }

  _overview = [
    {
      title  = "Requests per second by function"
      charts = { "{{service_name}}" = "sum by (service_name) (rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\"}[5m]))" }
    },
    {
      title  = "Error rate by function"
      charts = { "{{service_name}}" = "sum by (service_name) (rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",response_code_class=\"5xx\"}[5m])) / sum by (service_name) (rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\"}[5m]))" }
    },
    {
      title  = "p99 by function, ms"
      charts = { "{{service_name}}" = "histogram_quantile(0.99, sum by (service_name, le) (rate(run_googleapis_com:request_latencies_bucket{monitored_resource=\"cloud_run_revision\"}[5m])))" }
    },
    {
      title  = "Instance start-up, p95 by function, ms"
      charts = { "{{service_name}}" = "histogram_quantile(0.95, sum by (service_name, le) (rate(run_googleapis_com:container_startup_latencies_bucket{monitored_resource=\"cloud_run_revision\"}[30m])))" }
    },
    {
      title  = "Oldest waiting event by consumer, s"
      charts = { "{{subscription_id}}" = "max by (subscription_id) (pubsub_googleapis_com:subscription_oldest_unacked_message_age)" }
      line   = 600
    },
    {
      title  = "Dead letters per hour by code"
      charts = { "{{code}}" = "sum by (code) (increase(savepoint_dead_letters_total[1h]))" }
    },
    {
      title = "Lag of outbox and documents, s"
      charts = {
        outbox                = "max(savepoint_outbox_lag_seconds)"
        "documents, {{kind}}" = "max by (kind) (savepoint_projection_lag_seconds)"
      }
      line = 300
    },
    {
      title = "Events per hour: failed attempts and duplicates"
      charts = {
        "failed, {{function}}"     = "sum by (function) (increase(savepoint_events_failed_total[1h]))"
        "duplicates, {{function}}" = "sum by (function) (increase(savepoint_inbox_duplicates_total[1h]))"
      }
    },
    {
      title = "Per hour: messages relayed by the sweep, documents projected and swept"
      charts = {
        relayed               = "sum(increase(savepoint_outbox_relayed_total[1h]))"
        "projected, {{kind}}" = "sum by (kind) (increase(savepoint_projections_written_total[1h]))"
        "swept, {{kind}}"     = "sum by (kind) (increase(savepoint_projections_swept_total[1h]))"
      }
    },
    {
      title  = "Time inside the function, p99 by kind, s"
      charts = { "{{kind}}" = "histogram_quantile(0.99, sum by (kind, le) (rate(savepoint_request_seconds_bucket[5m])))" }
    },
    {
      title  = "Items per roll-up, p99"
      charts = { "{{function}}" = "histogram_quantile(0.99, sum by (function, le) (rate(savepoint_roll_up_size_bucket[5m])))" }
    },
    {
      title  = "Wait for a database connection, p99 by function, s"
      charts = { "{{function}}" = "histogram_quantile(0.99, sum by (function, le) (rate(savepoint_pool_wait_seconds_bucket[5m])))" }
    },
    {
      title  = "Database connections"
      charts = { "{{database_id}}" = "max by (database_id) (cloudsql_googleapis_com:database_network_connections)" }
      line   = floor(0.8 * var.sql.max_connections)
    },
    {
      title = "Database: CPU and disk utilization, replica lag in s"
      charts = {
        "CPU, {{database_id}}"  = "max by (database_id) (cloudsql_googleapis_com:database_cpu_utilization)"
        "disk, {{database_id}}" = "max by (database_id) (cloudsql_googleapis_com:database_disk_utilization)"
        "lag, {{database_id}}"  = "max by (database_id) (cloudsql_googleapis_com:database_replication_replica_lag)"
      }
    },
    {
      title = "Firestore per second: requests by response, rules by result"
      charts = {
        "{{response_code}}" = "sum by (response_code) (rate(firestore_googleapis_com:api_request_count{monitored_resource=\"firestore.googleapis.com/Database\"}[5m]))"
        "rules: {{result}}" = "sum by (result) (rate(firestore_googleapis_com:rules_evaluation_count{monitored_resource=\"firestore.googleapis.com/Database\"}[5m]))"
      }
    },
    {
      title  = "Edge: requests per second by cache result"
      charts = { "{{cache_result}}" = "sum by (cache_result) (rate(loadbalancing_googleapis_com:https_request_count{monitored_resource=\"https_lb_rule\"}[5m]))" }
    },
    {
      title  = "Reads from memory: hit rate by function"
      charts = { "{{function}}" = "sum by (function) (rate(savepoint_cache_reads_total{result=\"hit\"}[5m])) / sum by (function) (rate(savepoint_cache_reads_total[5m]))" }
    },
    {
      title  = "Product metrics per hour"
      charts = { for name in sort(keys(var.counters)) : name => "sum(increase(logging_googleapis_com:user_${name}_sum{monitored_resource=\"cloud_run_revision\"}[1h]))" }
    },
  ]

  _dashboards = merge(
    { overview = local._overview },
    {
      for capability in local._capabilities : capability => flatten([
        for name in sort(keys(var.functions)) : local._rows[name] if var.functions[name].capability == capability
      ])
    },
  )
}

resource "google_monitoring_dashboard" "this" {
  for_each = local._dashboards

  dashboard_json = jsonencode({
    displayName = "Savepoint: ${each.key}"
    mosaicLayout = {
      columns = 48
      tiles = [
        for at, tile in each.value : {
          xPos   = 12 * (at % 4)
          yPos   = 12 * floor(at / 4)
          width  = 12
          height = 12
          widget = {
            title = tile.title
            xyChart = {
              dataSets = [
                for legend, query in tile.charts : {
                  plotType        = "LINE"
                  legendTemplate  = legend
                  timeSeriesQuery = { prometheusQuery = query }
                }
              ]
              thresholds = [for line in compact([try(tostring(tile.line), "")]) : { value = tonumber(line) }]
            }
          }
        }
      ]
    }
  })

  lifecycle {
    precondition {
      condition     = !contains(local._capabilities, "overview")
      error_message = "`overview` is the name of the overview dashboard."
    }
  }
}
