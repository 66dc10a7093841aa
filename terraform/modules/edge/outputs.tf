output "addresses" {
  description = "DNS A and AAAA records for both hosts."
  value       = { for version, one in google_compute_global_address.edge : version => one.address }
}

output "hosts" {
  description = "Host names covered by the certificate."
  value       = local.hosts
}

output "routes" {
  description = "The load balancer's path rules: path to Cloud Run service."
  value = merge([
    for one in var.functions : { for path in one.paths : path => one.service }
  ]...)
}
