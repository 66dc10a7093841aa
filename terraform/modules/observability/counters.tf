# Product metrics, counted from log lines. Each line contains an amount, and the metric is their sum.

resource "google_logging_metric" "counter" {
  for_each = var.counters

  name             = each.key
  description      = each.value.help
  filter           = "resource.type=\"cloud_run_revision\" jsonPayload.metric.name=\"${each.key}\""
  value_extractor  = "EXTRACT(jsonPayload.metric.amount)"
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.metric.${label})" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"

    dynamic "labels" {
      for_each = toset(each.value.labels)

      content {
        key = labels.value
      }
    }
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 20
      growth_factor      = 2
      scale              = 1
    }
  }
}
