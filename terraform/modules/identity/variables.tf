variable "accounts" {
  description = "Whether the function reads and sets the claims of players' accounts."
  type        = bool
}

variable "accounts_role" {
  description = "Full name of the role that allows reading and setting claims."
  type        = string
}

variable "buckets" {
  description = "Names of the buckets `artifacts` and `public`."
  type        = map(string)
}

variable "documents" {
  description = "Whether the function reads or writes Firestore."
  type        = bool
}

variable "objects" {
  description = "Rights to the buckets `artifacts` and `public`: r, rw or none."
  type        = map(string)
}

variable "project" {
  description = "Google Cloud project id."
  type        = string
}

variable "publishes" {
  description = "Ids of the topics that the function publishes to."
  type        = set(string)
}

variable "secrets" {
  description = "Ids of the secrets that the function reads."
  type        = set(string)
}

variable "service" {
  description = "The function's service name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z-]{1,24}[a-z]$", var.service))
    error_message = "service must be 3 to 26 characters of a-z and -; the account and database user are named fn-SERVICE, with at most 30 characters."
  }
}

variable "sql" {
  description = "Whether the function has a database user."
  type        = bool
}

variable "sql_instance" {
  description = "Name of the database instance."
  type        = string
}
