output "connections" {
  description = "SQL connections that all functions together may hold during a rollout, and the limit."
  value       = { needed = local.connections, allowed = local.connections_allowed }
}

output "functions" {
  description = "Every function by name, as its function.yaml describes it, defaults filled in."
  value       = local.functions
}

output "path_rules" {
  description = "The load balancer's path rules: prefix to service. A rule covers the prefix and everything below it."
  value       = local.path_rules
}

output "topics" {
  description = "Every topic that a function publishes to or consumes."
  value       = local.topics
}
