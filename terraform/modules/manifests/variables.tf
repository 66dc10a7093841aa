variable "released" {
  description = "Folder with functions/ and triggers/ of what serves; null when nothing does."
  type        = string
  default     = null
}

variable "root" {
  description = "Folder with functions/ and triggers/, relative to where terraform runs or absolute."
  type        = string
}

variable "sql_max_connections" {
  description = "The database's max_connections; every function's pools must fit into 80 % of it."
  type        = number
}

variable "sql_reserved_connections" {
  description = "Connections kept for people, migrations and the database's own work."
  type        = number
}
