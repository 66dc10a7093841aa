# Reads every function.yaml of the repository and applies the runtime's defaults. The module needs
# no provider, so it can be tested anywhere. released.tf adds the needs of serving revisions.

locals {
  _files = {
    for file in fileset(var.root, "{functions,triggers}/*/function.yaml") : basename(dirname(file)) => file
  }
  _now      = { for name, file in local._files : name => yamldecode(file("${var.root}/${file}")) }
  _released = { for name, file in local._files : name => try(yamldecode(file("${var.released}/${file}")), null) }

  # Keys that are missing from the released file are taken from the current one.
  _described = merge(
    { for name, manifest in local._now : "now/${name}" => merge(manifest, { folder = dirname(local._files[name]) }) },
    {
      for name, manifest in local._released : "released/${name}" =>
      merge(local._now[name], manifest, { folder = dirname(local._files[name]) }) if manifest != null
    },
  )
  _normal = {
    for key, manifest in local._described : key => {
      service     = replace(basename(key), "_", "-")
      folder      = manifest.folder
      description = manifest.description
      kind        = one(keys(manifest.trigger))
      caller      = try(manifest.trigger.http.caller, null)
      paths       = try(manifest.trigger.http.paths, [])
      topic       = try(manifest.trigger.topic, manifest.trigger.pull.topic, null)
      document    = try(manifest.trigger.document, null)
      schedule    = try(manifest.trigger.pull.schedule, manifest.trigger.schedule, null)
      memory      = manifest.memory
      cpu         = manifest.cpu
      concurrency = manifest.concurrency
      instances   = { min = try(manifest.instances.min, 0), max = manifest.instances.max }
      timeout     = manifest.timeout
      # Every trigger stores its failures and pauses in MySQL.
      sql         = can(manifest.stores.sql) || !can(manifest.trigger.http)
      pool        = try(manifest.stores.sql.pool, 0)
      tables      = try(manifest.stores.sql.tables, {})
      collections = try(manifest.stores.documents.collections, [])
      accounts    = can(manifest.stores.accounts)
      objects = {
        artifacts = try(manifest.stores.objects.artifacts, null)
        public    = try(manifest.stores.objects.public, null)
      }
      # Reading the public bucket requires no key.
      signs = can(manifest.stores.objects.artifacts) || try(manifest.stores.objects.public, "") == "rw"
      # Triggers publish dead letters, except those with a schedule.
      publishes = setunion(
        try(manifest.topics, []),
        can(manifest.trigger.http) || can(manifest.trigger.schedule) || try(manifest.trigger.topic, "") == "dead-letters" ? [] : ["dead-letters"],
      )
      # An HTTP function that writes the table of dead letters redrives them.
      redrives   = can(manifest.trigger.http) && try(manifest.stores.sql.tables.dead_letters, "") == "rw"
      topics     = try(manifest.topics, [])
      retry      = try(manifest.retry, null)
      limits     = { body_bytes = try(manifest.limits.body_bytes, 262144), items = try(manifest.limits.items, 500) }
      objectives = manifest.objectives
    }
  }

  functions = { for key, one in local._normal : basename(key) => one if startswith(key, "now/") }
  released  = { for key, one in local._normal : basename(key) => one if startswith(key, "released/") }

  path_rules = merge([
    for name, function in local.functions : {
      for path in function.paths : path => function.service
    }
  ]...)

  topics = toset(concat(
    ["dead-letters"],
    flatten([for one in local._normal : one.topics]),
    [for one in local._normal : one.topic if one.topic != null],
  ))
}
