variable "authorized_domains" {
  description = "Host names of the pages where players sign in."
  type        = list(string)
}

variable "firestore_indexes" {
  description = "Content of firestore.indexes.json, decoded."
  type        = any
}

variable "firestore_location" {
  description = "Firestore's location."
  type        = string
}

variable "firestore_rules" {
  description = "Content of firestore.rules."
  type        = string
}

variable "network" {
  description = "Id of the database's network."
  type        = string
}

variable "project" {
  description = "Google Cloud project id."
  type        = string
}

variable "region" {
  description = "Region of the database, the buckets and the secrets."
  type        = string
}

variable "secrets" {
  description = "Ids of all secrets."
  type        = set(string)
}

variable "sql_max_connections" {
  description = "The database's max_connections."
  type        = number
}

variable "sql_replica_region" {
  description = "Region of a read replica, or null."
  type        = string
}

variable "sql_tier" {
  description = "Machine type of the database."
  type        = string
}
