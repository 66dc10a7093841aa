variable "root" {
  description = "Folder with functions/ and triggers/, relative to this module or absolute."
  type        = string
  default     = ".."
}

variable "sql_max_connections" {
  description = "The database's max_connections; every function's pools must fit into 80 % of it."
  type        = number
  default     = 1800

  validation {
    condition     = var.sql_max_connections >= 100 && floor(var.sql_max_connections) == var.sql_max_connections
    error_message = "sql_max_connections must be a whole number of at least 100."
  }
}

variable "sql_reserved_connections" {
  description = "Connections kept for people, migrations and the database's own work."
  type        = number
  default     = 20

  validation {
    condition     = var.sql_reserved_connections >= 5
    error_message = "sql_reserved_connections must be at least 5."
  }
}
