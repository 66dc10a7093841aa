# Alerts on waiting messages and dead letters.

locals {
  _oldest = "resource.type=\"pubsub_subscription\" metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""

  _messages = {
    dead-letters = {
      title    = "New dead letters"
      severity = "WARNING"
      runbook  = "dead-letters"
      conditions = [
        { promql = "sum(increase(savepoint_dead_letters_total[10m])) > 0", minutes = 0 },
        {
          filter  = "resource.type=\"pubsub_subscription\" metric.type=\"pubsub.googleapis.com/subscription/dead_letter_message_count\""
          aligner = "ALIGN_DELTA"
          reducer = "REDUCE_SUM"
          by      = ["resource.label.subscription_id"]
          above   = 0
          minutes = 0
        },
      ]
    }
    dead-letter-depth = {
      title    = "Dead letters are not being recorded"
      severity = "CRITICAL"
      runbook  = "dead-letters"
      conditions = [{
        filter  = "resource.type=\"pubsub_subscription\" resource.labels.subscription_id=\"record-dead-letters\" metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
        aligner = "ALIGN_MAX"
        reducer = "REDUCE_MAX"
        above   = 0
        minutes = 30
      }]
    }
    backlog = {
      title    = "An event has waited for more than 10 minutes"
      severity = "WARNING"
      runbook  = "backlog"
      conditions = [{
        filter  = local._oldest
        aligner = "ALIGN_MAX"
        reducer = "REDUCE_MAX"
        by      = ["resource.label.subscription_id"]
        above   = 600
        minutes = 10
      }]
    }
    backlog-old = {
      title    = "An event has waited for more than 2 hours"
      severity = "CRITICAL"
      runbook  = "backlog"
      conditions = [{
        filter  = local._oldest
        aligner = "ALIGN_MAX"
        reducer = "REDUCE_MAX"
        by      = ["resource.label.subscription_id"]
        above   = 7200
        minutes = 0
      }]
    }
    outbox-lag = {
      title      = "The outbox has not been empty for 5 minutes"
      severity   = "CRITICAL"
      runbook    = "outbox-waits"
      conditions = [{ promql = "max(savepoint_outbox_lag_seconds) > 300", minutes = 5 }]
    }
    projections-due = {
      title      = "Documents are more than 5 minutes behind their rows"
      severity   = "CRITICAL"
      runbook    = "projections-differ"
      conditions = [{ promql = "max by (kind) (savepoint_projection_lag_seconds) > 300", minutes = 5 }]
    }
  }
}
