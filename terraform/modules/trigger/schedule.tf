# A failed call is not retried, because the next scheduled call follows.

resource "google_cloud_scheduler_job" "this" {
  count = var.schedule == null ? 0 : 1

  name             = var.service
  region           = var.region
  description      = var.description
  schedule         = var.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${max(15, min(var.timeout, 1800))}s"

  http_target {
    http_method = "POST"
    uri         = var.uri

    oidc_token {
      service_account_email = var.delivery
      audience              = var.uri
    }
  }

  retry_config {
    retry_count = 0
  }

  depends_on = [google_cloud_run_v2_service_iam_member.delivers]
}
