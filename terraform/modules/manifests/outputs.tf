output "connections" {
  description = "Total SQL connections that functions may hold during a rollout, and the limit."
  value       = { needed = local.connections, allowed = local.connections_allowed }
}

output "functions" {
  description = "Every function's function.yaml with defaults, by name."
  value       = local.functions
}

output "granted" {
  description = "Each function's rights according to its current and its released function.yaml."
  value       = local.granted
}

output "kept_paths" {
  description = "Path prefixes that exist only in the released manifest, by function."
  value       = local.kept_paths
}

output "path_rules" {
  description = "The load balancer's path rules, as service by prefix. A rule covers the prefix and all paths under it."
  value       = local.path_rules
}

output "topics" {
  description = "Every topic that a function publishes to or subscribes to."
  value       = local.topics
}
