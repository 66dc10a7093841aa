# Every function of the repository, as its function.yaml describes it, with what the runtime
# assumes where the file says nothing. Resources are made from local.functions alone.

locals {
  _root = startswith(var.root, "/") ? var.root : "${path.module}/${var.root}"
  _files = {
    for file in fileset(local._root, "{functions,triggers}/*/function.yaml") :
    basename(dirname(file)) => file
  }
  _manifests = {
    for name, file in local._files : name => yamldecode(file("${local._root}/${file}"))
  }

  functions = {
    for name, manifest in local._manifests : name => {
      service     = replace(name, "_", "-")
      folder      = dirname(local._files[name])
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
      pool        = try(manifest.stores.sql.pool, 0)
      tables      = try(manifest.stores.sql.tables, {})
      collections = try(manifest.stores.documents.collections, [])
      topics      = try(manifest.topics, [])
      secrets     = try(manifest.secrets, [])
      retry       = try(manifest.retry, null)
      objectives  = manifest.objectives
    }
  }

  path_rules = merge([
    for name, function in local.functions : {
      for path in function.paths : path => function.service
    }
  ]...)
}
