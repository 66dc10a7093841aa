output "connections" {
  description = "Total SQL connections that functions may hold during a rollout, and the limit."
  value       = module.manifests.connections
}

output "functions" {
  description = "Every function's function.yaml with defaults, by name."
  value       = local.functions
}

output "path_rules" {
  description = "The load balancer's path rules, as service by prefix. A rule covers the prefix and all paths under it."
  value       = local.path_rules
}
