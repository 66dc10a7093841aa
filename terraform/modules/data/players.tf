# Whom Firestore and the functions believe: guests first, who link an address later.

resource "google_identity_platform_config" "this" {
  authorized_domains         = var.authorized_domains
  autodelete_anonymous_users = false

  sign_in {
    anonymous {
      enabled = true
    }

    email {
      enabled           = true
      password_required = true
    }
  }
}
