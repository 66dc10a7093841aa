# The topics that functions publish to or subscribe to, and the grants that delivery needs.

resource "google_pubsub_topic" "this" {
  #checkov:skip=CKV_GCP_83:Google's keys are sufficient, because messages are kept only for days.
  for_each = module.manifests.topics

  name = each.key
  # Dead letters are kept long enough for an operator to fix the consumer that records them.
  message_retention_duration = each.key == local.dead_letters ? "2678400s" : "604800s"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.this]

  lifecycle {
    # Deletion would lose the topic's messages. README.md describes how to retire a topic.
    prevent_destroy = true
  }
}

locals {
  dead_letters = "dead-letters"
}

resource "google_pubsub_topic_iam_member" "forwards_dead_letters" {
  topic  = google_pubsub_topic.this[local.dead_letters].name
  role   = "roles/pubsub.publisher"
  member = local.agents["pubsub"]
}

# The identity that delivers pushes, document events and scheduled calls to the triggers' functions.
resource "google_service_account" "delivery" {
  account_id   = "delivery"
  display_name = "Delivers events to functions"
  depends_on   = [google_project_service.this]
}

resource "google_service_account_iam_member" "pubsub_signs_for_delivery" {
  service_account_id = google_service_account.delivery.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.agents["pubsub"]
}

resource "google_project_iam_member" "delivery_receives_events" {
  project = var.project
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.delivery.member
}
