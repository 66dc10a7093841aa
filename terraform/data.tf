# The stores and their network.

module "network" {
  source = "./modules/network"

  region     = var.region
  depends_on = [google_project_service.this]
}

module "data" {
  source = "./modules/data"

  authorized_domains  = ["${var.project}.firebaseapp.com", var.domain]
  firestore_indexes   = merge(local._indexes, { indexes = distinct(concat(local._indexes.indexes, local._released_indexes)) })
  firestore_location  = var.firestore_location
  firestore_rules     = file("${path.module}/../shared/schema/firestore.rules")
  network             = module.network.network
  project             = var.project
  region              = var.region
  secrets             = local.secrets
  sql_max_connections = var.sql_max_connections
  sql_replica_region  = var.sql_replica_region
  sql_tier            = var.sql_tier

  depends_on = [google_project_service.this]
}

locals {
  _index_file       = "shared/schema/firestore.indexes.json"
  _indexes          = jsondecode(file("${path.module}/../${local._index_file}"))
  _released_indexes = try(jsondecode(file("${var.released}/${local._index_file}")).indexes, [])

  # An HMAC key belongs to one account, so each function that signs requests has its own key.
  objects_secrets = {
    for name, one in local.functions : name => {
      OBJECTS_KEY_ID = "objects-key-id-${one.service}"
      OBJECTS_SECRET = "objects-secret-${one.service}"
    } if local.granted[name].signs
  }
  secrets = toset(flatten([for one in local.objects_secrets : values(one)]))
}
