output "alerts" {
  description = "Every alert with its runbook and, if it concerns one function, that function."
  value = merge(
    { for key, one in local._burns : key => { function = one.function, runbook = one.runbook } },
    { for key, one in local._alerts : key => { function = try(one.function, null), runbook = one.runbook } },
  )
}

output "tiles" {
  description = "Titles of each dashboard's tiles."
  value       = { for name, tiles in local._dashboards : name => [for one in tiles : one.title] }
}
