# These tests run without a provider: run `terraform test` in this module.

variables {
  root                     = "../../.."
  sql_max_connections      = 1800
  sql_reserved_connections = 20
}

run "the_repository" {
  command = plan

  assert {
    condition     = output.functions["catalog"].kind == "http"
    error_message = "The catalog is an HTTP function."
  }
  assert {
    condition     = output.path_rules["/v1/games"] == "catalog"
    error_message = "The load balancer sends /v1/games to the catalog."
  }
  assert {
    condition     = output.functions["roll_up_sessions"].service == "roll-up-sessions"
    error_message = "Service names have no underscore."
  }
  assert {
    condition     = alltrue([for one in output.functions : contains(["http", "topic", "document", "schedule", "pull"], one.kind)])
    error_message = "Every function has exactly one kind of trigger."
  }
  assert {
    condition     = alltrue([for one in output.functions : one.retry != null if contains(["topic", "document"], one.kind)])
    error_message = "Every function that handles events has `retry`."
  }
  assert {
    condition     = output.connections.needed <= output.connections.allowed
    error_message = "The pools fit into the database."
  }
}

run "a_database_that_is_too_small" {
  command = plan

  variables {
    sql_max_connections = 100
  }

  expect_failures = [terraform_data.connection_budget]
}

run "two_owners_of_a_path" {
  command = plan

  variables {
    root = "tests/two_owners"
  }

  expect_failures = [terraform_data.paths]
}
