# These tests need staged bundles (make bundle) and the providers' schemas, but no cloud.

mock_provider "google" {}
mock_provider "google-beta" {}

variables {
  domain             = "api.example.com"
  environment        = "staging"
  firestore_location = "nam5"
  migrate_image      = "us-central1-docker.pkg.dev/demo-savepoint/savepoint/migrate:1"
  project            = "demo-savepoint"
  region             = "us-central1"
}

run "a_fresh_project" {
  command = plan

  assert {
    condition     = { for name, one in module.function : name => one.name } == { for name, one in output.functions : name => one.service }
    error_message = "Every manifest is one service."
  }
  assert {
    condition     = toset(keys(module.trigger)) == toset([for name, one in output.functions : name if one.kind != "http"])
    error_message = "Every function that is not HTTP has a trigger."
  }
  assert {
    condition = toset(module.identity["sessions"].grants) == toset([
      "roles/pubsub.publisher on sessions-reported",
      "roles/telemetry.metricsWriter on the project",
      "roles/telemetry.tracesWriter on the project",
    ])
    error_message = "The function sessions uses no store, so it may only publish to its topic."
  }
  assert {
    condition     = module.identity["sessions"].database_user == null && module.identity["catalog"].database_user == "fn-catalog"
    error_message = "Only functions with tables have a database user."
  }
  assert {
    condition = alltrue([
      for name, one in module.trigger : endswith(one.subscription.dead_letter, "/dead-letters") && one.subscription.attempts == output.functions[name].retry.max_attempts
      if one.subscription != null && name != "record_dead_letters"
    ])
    error_message = "Every subscription has the dead letter topic."
  }
  assert {
    condition     = module.trigger["record_dead_letters"].subscription.dead_letter == null
    error_message = "The dead letters themselves are retried without limit."
  }
  assert {
    condition = alltrue([
      for name, one in module.trigger : one.subscription.ack_seconds >= output.functions[name].timeout
      if one.subscription != null
    ])
    error_message = "No second delivery starts during the first."
  }
  assert {
    condition     = output.connections.needed <= output.connections.allowed
    error_message = "The pools fit into the database."
  }
}

run "wrong_arguments" {
  command = plan

  variables {
    domain              = "https://api.example.com"
    environment         = "test"
    firestore_location  = "Iowa"
    migrate_image       = "migrate"
    project             = "Savepoint"
    sql_max_connections = 1500.5
    sql_replica_region  = "elsewhere"
    sql_tier            = "large"
  }

  expect_failures = [
    var.domain, var.environment, var.firestore_location, var.migrate_image, var.project,
    var.sql_max_connections, var.sql_replica_region, var.sql_tier,
  ]
}

run "a_region_that_firestore_has_no_events_in" {
  command = plan

  variables {
    region = "europe-west4"
  }

  expect_failures = [var.region]
}
