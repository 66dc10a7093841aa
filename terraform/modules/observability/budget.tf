resource "google_project_service" "budgets" {
  count = var.billing == null ? 0 : 1

  service            = "billingbudgets.googleapis.com"
  disable_on_destroy = false
}

resource "google_billing_budget" "month" {
  count = var.billing == null ? 0 : 1

  billing_account = var.billing.account
  display_name    = "${var.project}: monthly budget (docs/runbooks/budget.md)"

  budget_filter {
    projects        = ["projects/${var.project}"]
    calendar_period = "MONTH"
  }

  amount {
    specified_amount {
      units = tostring(var.billing.monthly)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1]

    content {
      threshold_percent = threshold_rules.value
    }
  }

  threshold_rules {
    threshold_percent = 1.2
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    # A budget accepts at most five channels.
    monitoring_notification_channels = slice(var.channels.ticket, 0, min(5, length(var.channels.ticket)))
  }

  depends_on = [google_project_service.budgets]
}
