# Objectives, alerts and dashboards of every function.

locals {
  # A function's capability is a module of shared/schema. It is the module in the function's name, or
  # else the one with most of the tables that the function writes, or else reads.
  _schema = "${path.module}/../shared/schema"
  _tables = merge([
    for file in fileset(local._schema, "*.py") : {
      for found in regexall("(?m)^\\w+ = table\\(\\s*\"(\\w+)\"", file("${local._schema}/${file}")) :
      found[0] => trimsuffix(file, ".py")
    }
  ]...)

  _touched = {
    for name, one in local.functions : name => {
      for right in ["rw", "r"] : right => [
        for table, given in one.tables : lookup(local._tables, table, "other")
        if right == (given == "r" ? "r" : "rw") && lookup(local._tables, table, "") != "operations"
      ]
    }
  }
  # A function without tables belongs to the consumer of its topics.
  _takers = {
    for name, one in local.functions : name => flatten([
      for taker, other in local.functions : [local._touched[taker].rw]
      if other.topic != null && contains(one.topics, coalesce(other.topic, "-"))
    ])
  }
  _votes = {
    for name, touched in local._touched : name => coalescelist(
      [for word in split("_", name) : word if contains(values(local._tables), word)],
      touched.rw, touched.r, length(local.functions[name].tables) > 0 ? [] : local._takers[name], ["operations"],
    )
  }
  capabilities = {
    for name, votes in local._votes : name => split(" ", sort([
      for one in distinct(votes) : format("%03d %s", 999 - length([for vote in votes : vote if vote == one]), one)
    ])[0])[1]
  }

  _metrics = file("${path.module}/../shared/domain/metrics.py")
  _constants = {
    for found in regexall("(?m)^(\\w+): Final = \"(\\w+)\"", local._metrics) : found[0] => found[1]
  }
  counters = {
    for found in regexall("(\\w+): Instrument\\(\\s*\"line\",\\s*\"([^\"]+)\"(?:,\\s*\\(([^)]*)\\))?", local._metrics) :
    local._constants[found[0]] => {
      help   = found[1]
      labels = [for label in regexall("\"(\\w+)\"", coalesce(found[2], " ")) : label[0]]
    }
  }
}

module "observability" {
  source = "./modules/observability"

  billing  = var.billing
  channels = var.channels
  counters = local.counters
  functions = {
    for name, one in local.functions : name => {
      service    = one.service
      capability = local.capabilities[name]
      kind       = one.kind
      schedule   = one.schedule
      objectives = one.objectives
    }
  }
  host     = var.domain
  project  = var.project
  region   = var.region
  runbooks = var.runbooks
  sql      = { instance = module.data.sql_instance, max_connections = var.sql_max_connections }

  depends_on = [google_project_service.this]

  # Public paths without parameters, and one path that the edge itself serves.
  uptime_paths = toset(concat(["/openapi.json"], [
    for path, methods in local._paths : path
    if can(methods.get) && contains(flatten([for one in local.http : one.prefixes if one.public]), path)
  ]))
}

output "observability" {
  description = "Every alert with its runbook, and each dashboard's tiles."
  value = {
    alerts       = module.observability.alerts
    capabilities = local.capabilities
    counters     = local.counters
    tiles        = module.observability.tiles
  }
}
