# What serves keeps what it was deployed with until the release after it: traffic moves after
# Terraform has applied, and may move back. So a right leaves one release later than its code.

locals {
  _before = { for name, one in local.functions : name => try(local.released[name], one) }

  granted = {
    for name, one in local.functions : name => {
      accounts  = one.accounts || local._before[name].accounts
      documents = length(one.collections) + length(local._before[name].collections) > 0
      objects = {
        for bucket, right in one.objects : bucket =>
        contains([right, local._before[name].objects[bucket]], "rw") ? "rw" : try(coalesce(right, local._before[name].objects[bucket]), null)
      }
      publishes = setunion(one.publishes, local._before[name].publishes)
      secrets   = setunion(one.secrets, local._before[name].secrets)
      signs     = one.signs || local._before[name].signs
      sql       = one.sql || local._before[name].sql
    }
  }

  # A path that another function has now is that one's.
  kept_paths = {
    for name, one in local.functions : name => [
      for path in local._before[name].paths : path if !contains(keys(local.path_rules), path)
    ]
  }
}
