output "connections" {
  description = "SQL connections that all functions together may hold during a rollout, and the limit."
  value       = module.manifests.connections
}

output "functions" {
  description = "Every function by name: its function.yaml with defaults."
  value       = local.functions
}

output "path_rules" {
  description = "The load balancer's path rules: prefix to service. A rule covers the prefix and all paths below it."
  value       = local.path_rules
}
