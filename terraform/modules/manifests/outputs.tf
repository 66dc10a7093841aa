output "connections" {
  description = "SQL connections that all functions together may hold during a rollout, and the limit."
  value       = { needed = local.connections, allowed = local.connections_allowed }
}

output "functions" {
  description = "Every function by name: its function.yaml with defaults."
  value       = local.functions
}

output "granted" {
  description = "Each function's rights, by its current and its released function.yaml."
  value       = local.granted
}

output "kept_paths" {
  description = "Path prefixes by function that only the released manifest has."
  value       = local.kept_paths
}

output "path_rules" {
  description = "The load balancer's path rules: prefix to service. A rule covers the prefix and all paths below it."
  value       = local.path_rules
}

output "topics" {
  description = "Every topic that a function publishes to or subscribes to."
  value       = local.topics
}
