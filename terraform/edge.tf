# The load balancer with the path rules of every HTTP function.

locals {
  _contract = file("${path.module}/../docs/openapi.json")
  _paths    = jsondecode(local._contract).paths
  # A rule covers a prefix and the paths under it, but not `/v1/me/sessions:batch`.
  _released = try(jsondecode(file("${var.released}/docs/openapi.json")).paths, {})
  _verbs = [
    for path in keys(merge(local._released, local._paths)) : path if can(regex("^[^{}]+:[a-z-]+$", path))
  ]

  http = {
    for name, one in local.functions : name => {
      service  = module.function[name].name
      public   = one.caller == "public"
      prefixes = one.paths
      paths = flatten([
        for path in concat(one.paths, tolist(module.manifests.kept_paths[name])) : concat(
          [path, "${path}/*"],
          [for verb in local._verbs : verb if split(":", verb)[0] == path],
        )
      ])
    }
    if one.kind == "http"
  }
}

module "edge" {
  source = "./modules/edge"

  domain        = var.domain
  functions     = local.http
  openapi       = local._contract
  project       = var.project
  public_bucket = module.data.buckets["public"]
  rate_limits   = var.rate_limits
  region        = var.region
  waf_preview   = var.waf_preview

  depends_on = [google_project_service.this]
}

output "addresses" {
  description = "DNS A and AAAA records for the hosts of the API and the objects."
  value       = module.edge.addresses
}

output "routes" {
  description = "The load balancer's path rules: path to Cloud Run service."
  value       = module.edge.routes
}
