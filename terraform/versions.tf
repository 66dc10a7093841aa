terraform {
  required_version = ">= 1.9"

  # The bucket is given to init (README.md): one for each environment.
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
    # For google_project_service_identity alone, which the other one lacks.
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
