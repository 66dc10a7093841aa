# Responses served without a function: public objects, the contract and two problem documents.

locals {
  problems = {
    not_found = {
      title  = "Not found"
      status = 404
      detail = "Nothing is at this path."
      retry  = "never"
    }
    unavailable = {
      title  = "Service temporarily unavailable"
      status = 503
      detail = "The function did not answer."
      retry  = "later"
    }
  }
}

resource "google_compute_backend_bucket" "public" {
  name             = "public"
  bucket_name      = var.public_bucket
  enable_cdn       = true
  compression_mode = "AUTOMATIC"

  cdn_policy {
    cache_mode        = "USE_ORIGIN_HEADERS"
    negative_caching  = false
    serve_while_stale = 0
  }
}

resource "google_storage_bucket" "own" {
  #checkov:skip=CKV_GCP_62:The bucket's contents are public, and the load balancer logs reads.
  #checkov:skip=CKV_GCP_114:The bucket is public through the load balancer.
  #checkov:skip=CKV_GCP_78:Terraform writes the contents from the repository, which is versioned.
  name                        = "${var.project}-edge"
  location                    = var.region
  uniform_bucket_level_access = true
}

resource "google_storage_bucket_iam_member" "everyone_reads" {
  #checkov:skip=CKV_GCP_28:The contract and two problem documents are public.
  bucket = google_storage_bucket.own.name
  # The role objectViewer would also allow listing.
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}

resource "google_storage_bucket_object" "openapi" {
  bucket        = google_storage_bucket.own.name
  name          = "openapi.json"
  content       = var.openapi
  content_type  = "application/json"
  cache_control = "public, max-age=60"
}

resource "google_storage_bucket_object" "problem" {
  for_each = local.problems

  bucket        = google_storage_bucket.own.name
  name          = "problems/${each.key}.json"
  content_type  = "application/problem+json"
  cache_control = "no-store"
  content = jsonencode({
    type   = "https://${local.hosts.api}/problems/${each.key}"
    code   = each.key
    title  = each.value.title
    status = each.value.status
    detail = each.value.detail
    retry  = each.value.retry
  })
}

resource "google_compute_backend_bucket" "own" {
  name                    = "edge"
  bucket_name             = google_storage_bucket.own.name
  enable_cdn              = false
  custom_response_headers = ["Access-Control-Allow-Origin: *"]
}
