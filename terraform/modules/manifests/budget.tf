# During a rollout, two revisions of a function hold connections.

locals {
  connections = var.sql_reserved_connections + sum([
    for function in local.functions : 2 * function.instances.max * function.pool
  ])
  connections_allowed = floor(0.8 * var.sql_max_connections)
}

resource "terraform_data" "connection_budget" {
  lifecycle {
    precondition {
      condition     = local.connections <= local.connections_allowed
      error_message = "The functions may hold ${local.connections} connections during a rollout, but 80 % of max_connections is ${local.connections_allowed}: lower sql.pool or instances.max in a function.yaml, or raise sql_max_connections."
    }
  }
}

resource "terraform_data" "paths" {
  lifecycle {
    precondition {
      condition     = length(local.path_rules) == length(flatten([for one in local.functions : one.paths]))
      error_message = "Two functions have the same path prefix, but requests could reach only one of them."
    }
  }
}
