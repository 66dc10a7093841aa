# Players' accounts. Players start as guests and may link an email address later.

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

# Firebase's predefined roles would also allow deleting players.
resource "google_project_iam_custom_role" "accounts" {
  role_id     = "savepointAccounts"
  title       = "Reads and sets the claims of players' accounts"
  permissions = ["firebaseauth.users.get", "firebaseauth.users.update"]
}
