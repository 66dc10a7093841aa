output "connections" {
  description = "SQL connections that all functions together may hold during a rollout, and the limit."
  value       = { needed = local.connections, allowed = local.connections_allowed }
}

output "functions" {
  description = "Every function by name, as its function.yaml describes it, defaults filled in."
  value       = local.functions
}

output "granted" {
  description = "What each function may do: what its function.yaml names, and what the released one named."
  value       = local.granted
}

output "kept_paths" {
  description = "By function, path prefixes that only the released one has."
  value       = local.kept_paths
}

output "path_rules" {
  description = "The load balancer's path rules: prefix to service. A rule covers the prefix and everything below it."
  value       = local.path_rules
}

output "topics" {
  description = "Every topic that a function publishes to or consumes."
  value       = local.topics
}
