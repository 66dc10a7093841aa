terraform {
  required_version = ">= 1.9"

  # The bucket is an argument of `terraform init` and differs per environment (README.md).
  backend "gcs" {
    prefix = "savepoint"
  }

  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = "2.8.1"
    }
    google = {
      source  = "hashicorp/google"
      version = "8.7.0"
    }
    # Needed only for google_project_service_identity, which the other provider lacks.
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "8.7.0"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region

  default_labels = {
    application = "savepoint"
    environment = var.environment
  }
}

provider "google-beta" {
  project = var.project
  region  = var.region
}
