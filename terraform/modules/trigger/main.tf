# What calls a function that nobody calls over HTTP: a topic, a document, or the clock.

resource "google_cloud_run_v2_service_iam_member" "delivers" {
  location = var.region
  name     = var.service
  role     = "roles/run.invoker"
  member   = "serviceAccount:${var.delivery}"
}
