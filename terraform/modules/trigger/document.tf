# Eventarc manages this trigger's subscription, without dead letters and with retries for 24 hours.
# The runtime therefore records events that cannot succeed or are older than 20 hours.

resource "google_eventarc_trigger" "this" {
  count = var.document == null ? 0 : 1

  name = var.service
  # The API requires the database's location, even if it is a multi-region.
  location                = var.firestore_location
  service_account         = var.delivery
  event_data_content_type = "application/protobuf"

  matching_criteria {
    attribute = "type"
    value     = "google.cloud.firestore.document.v1.${var.document.event}"
  }

  matching_criteria {
    attribute = "database"
    value     = "(default)"
  }

  matching_criteria {
    attribute = "document"
    value     = var.document.path
    operator  = "match-path-pattern"
  }

  destination {
    cloud_run_service {
      service = var.service
      region  = var.region
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.delivers]
}
