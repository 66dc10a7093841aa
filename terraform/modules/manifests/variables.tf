variable "released" {
  description = "Folder with functions/ and triggers/ of the serving revisions; null if no revision serves."
  type        = string
  default     = null
}

variable "root" {
  description = "Folder with functions/ and triggers/, relative to the working directory or absolute."
  type        = string
}

variable "sql_max_connections" {
  description = "The database's max_connections; the pools of all functions must fit into 80 % of it."
  type        = number
}

variable "sql_reserved_connections" {
  description = "Connections reserved for people, migrations and the database itself."
  type        = number
}
