# Subscriptions are managed here, so that deployments do not change them and messages that cannot be
# handled are kept. The subscription for dead letters retries without limit.

locals {
  dead_letter = var.topic != null && var.topic != var.dead_letters
  pushed      = var.kind == "topic"
}

resource "google_pubsub_subscription" "this" {
  count = var.topic == null ? 0 : 1

  name  = var.service
  topic = var.topic
  # If this were shorter than the function's timeout, a second delivery could start during the first.
  ack_deadline_seconds       = max(10, var.timeout)
  message_retention_duration = local.dead_letter ? "604800s" : "2678400s"

  expiration_policy {
    ttl = "" # never
  }

  retry_policy {
    minimum_backoff = "${var.retry.min_backoff}s"
    maximum_backoff = "${var.retry.max_backoff}s"
  }

  dynamic "dead_letter_policy" {
    for_each = local.dead_letter ? [var.dead_letters] : []
    content {
      dead_letter_topic     = "projects/${var.project}/topics/${dead_letter_policy.value}"
      max_delivery_attempts = var.retry.max_attempts
    }
  }

  dynamic "push_config" {
    for_each = local.pushed ? [var.uri] : []
    content {
      push_endpoint = push_config.value
      oidc_token {
        service_account_email = var.delivery
        audience              = push_config.value
      }
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.delivers]

  lifecycle {
    # Deletion would lose waiting messages. terraform/README.md describes how to retire a consumer.
    prevent_destroy = true

    precondition {
      condition     = var.timeout <= 600
      error_message = "${var.service} handles messages, so its timeout is limited by the maximum acknowledgement deadline, 600 seconds."
    }
    precondition {
      condition     = var.retry != null
      error_message = "${var.service} handles messages and needs `retry`."
    }
  }
}

# Pub/Sub forwards a dead letter in two steps, each of which needs a right.
resource "google_pubsub_subscription_iam_member" "forwards" {
  count = local.dead_letter ? 1 : 0

  subscription = google_pubsub_subscription.this[0].name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "pulls" {
  count = var.topic != null && !local.pushed ? 1 : 0

  subscription = google_pubsub_subscription.this[0].name
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:${var.service_account}"
}
