# Stores and the network that leads to them.

module "network" {
  source = "./modules/network"

  region     = var.region
  depends_on = [google_project_service.this]
}

module "data" {
  source = "./modules/data"

  authorized_domains  = ["${var.project}.firebaseapp.com", var.domain]
  firestore_indexes   = jsondecode(file("${path.module}/../shared/schema/firestore.indexes.json"))
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
  # A key to the object store is of one account, so each function that signs has its own.
  objects_secrets = {
    for name, one in local.functions : name => {
      OBJECTS_KEY_ID = "objects-key-id-${one.service}"
      OBJECTS_SECRET = "objects-secret-${one.service}"
    } if one.signs
  }
  secrets = toset(concat(
    flatten([for one in local.objects_secrets : values(one)]),
    flatten([for one in local.functions : one.secrets]),
  ))
}
