# Tests the monitoring of two functions: one serves players, and one has a schedule.

mock_provider "google" {}

variables {
  channels     = { page = ["projects/savepoint-test/notificationChannels/1"], ticket = ["projects/savepoint-test/notificationChannels/2"] }
  counters     = { rows_cleaned = { help = "Rows deleted at their end.", labels = ["table"] } }
  host         = "api.example.com"
  project      = "savepoint-test"
  region       = "us-central1"
  runbooks     = "https://git.example.com/savepoint/docs/runbooks"
  sql          = { instance = "savepoint", max_connections = 1000 }
  uptime_paths = ["/openapi.json"]
  functions = {
    catalog = {
      service    = "catalog"
      capability = "catalog"
      kind       = "http"
      schedule   = null
      objectives = { availability = 0.999, p99_ms = 100 }
    }
    clean_up = {
      service    = "clean-up"
      capability = "play"
      kind       = "schedule"
      schedule   = "17 * * * *"
      objectives = { availability = 0.99, p99_ms = 240000 }
    }
  }
}

run "what_is_watched" {
  command = plan

  module {
    source = "./modules/observability"
  }

  assert {
    condition     = google_monitoring_slo.availability["catalog"].goal == 0.999 && google_monitoring_slo.latency["catalog"].request_based_sli[0].distribution_cut[0].range[0].max == 100
    error_message = "Objectives are those of function.yaml."
  }
  assert {
    condition     = toset(keys(google_monitoring_alert_policy.burn)) == toset([for parts in setproduct(["catalog", "clean_up"], ["availability", "latency"], ["fast", "medium", "slow"]) : join("-", parts)])
    error_message = "Both objectives of each function have a fast, a medium and a slow alert."
  }
  assert {
    condition = alltrue([
      for speed, rate in { fast = 14.4, medium = 6, slow = 1 } : alltrue([
        for at in [0, 1] : google_monitoring_alert_policy.burn["catalog-latency-${speed}"].conditions[at].condition_threshold[0].threshold_value == rate
      ])
    ])
    error_message = "Both windows of an alert use its burn rate."
  }
  assert {
    condition     = { for speed in ["fast", "medium", "slow"] : speed => google_monitoring_alert_policy.burn["catalog-latency-${speed}"].notification_channels[0] } == { fast = var.channels.page[0], medium = var.channels.page[0], slow = var.channels.ticket[0] }
    error_message = "Fast and medium alerts are pages, slow ones tickets."
  }
  assert {
    condition = alltrue([
      for one in concat(values(google_monitoring_alert_policy.burn), values(google_monitoring_alert_policy.other)) :
      one.documentation[0].links[0].url == "${var.runbooks}/${one.user_labels.runbook}.md" && strcontains(one.documentation[0].content, "docs/runbooks/${one.user_labels.runbook}.md")
    ])
    error_message = "Every alert links to its runbook and names the file."
  }
  assert {
    condition     = [for name in keys(google_monitoring_alert_policy.other) : name if endswith(name, "-silent")] == ["clean_up-silent"]
    error_message = "A schedule without successes raises an alert."
  }
  assert {
    condition     = google_monitoring_alert_policy.other["sql-connections"].conditions[0].condition_threshold[0].threshold_value == 800
    error_message = "The alert on connections uses the share that functions may hold."
  }
  assert {
    condition     = toset(keys(google_monitoring_dashboard.this)) == toset(["overview", "catalog", "play"])
    error_message = "There is an overview and one dashboard per capability."
  }
  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.this["play"].dashboard_json).mosaicLayout.tiles) == 4 && startswith(output.tiles["play"][0], "clean_up:")
    error_message = "A function has a row of four tiles."
  }
  assert {
    condition     = google_logging_metric.counter["rows_cleaned"].label_extractors["table"] == "EXTRACT(jsonPayload.metric.table)"
    error_message = "A counter has the labels of its log lines."
  }
  assert {
    condition     = length(google_billing_budget.month) == 0
    error_message = "Without a billing account there is no budget."
  }
}

run "no_runbooks_to_link" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    billing  = { account = "000000-000000-000000", monthly = 500 }
    runbooks = null
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.other["backlog"].documentation[0].content, "docs/runbooks/backlog.md")
    error_message = "Without a URL the runbook's file is named."
  }
  assert {
    condition     = google_billing_budget.month[0].amount[0].specified_amount[0].units == "500"
    error_message = "The budget is the one configured."
  }
}

run "no_channel" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    channels = { page = ["oncall@example.com"], ticket = [] }
  }

  expect_failures = [var.channels]
}

run "no_budget" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    billing = { account = "000000-000000-000000", monthly = 0 }
  }

  expect_failures = [var.billing]
}

run "no_folder" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    runbooks = "docs/runbooks/"
  }

  expect_failures = [var.runbooks]
}
