# Serving revisions keep their rights, paths and indexes until the next release, because traffic moves
# after Terraform has applied, and may move back. Rights are removed one release after the code.

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
      signs     = one.signs || local._before[name].signs
      sql       = one.sql || local._before[name].sql
    }
  }

  kept_paths = {
    for name, one in local.functions : name => setsubtract(local._before[name].paths, one.paths)
  }
  moved_paths = [
    for path in flatten([for paths in local.kept_paths : tolist(paths)]) : path if contains(keys(local.path_rules), path)
  ]
}

resource "terraform_data" "moved_paths" {
  lifecycle {
    precondition {
      condition     = length(local.moved_paths) == 0
      error_message = "${join(", ", local.moved_paths)}: another function serves this path. A path cannot move between functions without an outage: add a new path and deprecate the old one (deprecations)."
    }
  }
}
