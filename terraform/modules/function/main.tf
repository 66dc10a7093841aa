# A function's bundle, named by its content hash, and the service built from it.

locals {
  image  = "${var.repository}/${var.service}:${var.bundle.hash}"
  source = "gs://${var.bundles_bucket}/${google_storage_bucket_object.bundle.name}"
  object = "${replace(var.service, "-", "_")}/${var.bundle.hash}.zip"
}

# Changed content has a new name, so only changed functions are built and deployed.
resource "google_storage_bucket_object" "bundle" {
  bucket = var.bundles_bucket
  name   = local.object
  source = var.bundle.zip

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = can(regex("^[0-9a-f]{64}$", var.bundle.hash))
      error_message = "${var.service} is not staged: run make bundle first."
    }
  }
}

# build_config alone does not start a build (docs/adr/0020-functions-are-cloud-run-services.md).
resource "terraform_data" "image" {
  triggers_replace = [local.image]

  provisioner "local-exec" {
    command = "gcloud builds submit \"$SOURCE\" --project=\"$PROJECT\" --region=\"$REGION\" --config=\"$CONFIG\" --service-account=\"$BUILDER\" --substitutions=_IMAGE=\"$IMAGE\" --quiet"
    environment = {
      BUILDER = var.builder
      CONFIG  = "${path.module}/build.yaml"
      IMAGE   = local.image
      PROJECT = var.project
      REGION  = var.region
      SOURCE  = local.source
    }
  }
}

resource "google_cloud_run_v2_service" "this" {
  name                = var.service
  location            = var.region
  description         = var.description
  deletion_protection = true
  ingress             = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  # The function itself verifies players' tokens; callers of triggers are checked by IAM.
  invoker_iam_disabled = var.anyone

  build_config {
    source_location = local.source
    function_target = "main"
    image_uri       = local.image
    service_account = var.builder
  }

  # Set on the service, not on the revision, so that replaced revisions keep no instances. An operator
  # can also change both without creating a revision, which would receive no traffic.
  scaling {
    min_instance_count = var.instances.min
    max_instance_count = var.instances.max
  }

  template {
    service_account                  = var.service_account
    timeout                          = "${var.timeout}s"
    max_instance_request_concurrency = var.concurrency

    scaling {
      max_instance_count = var.instances.max
    }

    containers {
      image = local.image

      resources {
        limits            = { cpu = tostring(var.cpu), memory = var.memory }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = merge(var.settings, { FUNCTION_USE_ASGI = "true" })
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secret_settings
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }
    }

    dynamic "vpc_access" {
      for_each = var.subnetwork == null ? [] : [var.subnetwork]
      content {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          subnetwork = vpc_access.value
        }
      }
    }
  }

  lifecycle {
    # The release steps move traffic and set these fields themselves.
    ignore_changes = [traffic, client, client_version]
  }

  depends_on = [terraform_data.image]
}
