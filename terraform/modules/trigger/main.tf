# The trigger of a function without HTTP: a topic, a document or a schedule.

resource "google_cloud_run_v2_service_iam_member" "delivers" {
  location = var.region
  name     = var.service
  role     = "roles/run.invoker"
  member   = "serviceAccount:${var.delivery}"
}
