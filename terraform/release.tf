# Whom the release's smoke test shows: it asks new revisions from inside the network, and may do
# nothing.

resource "google_service_account" "smoke" {
  account_id   = "smoke"
  display_name = "Knocks at new revisions"
  depends_on   = [google_project_service.this]
}
