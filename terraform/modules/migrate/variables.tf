variable "database_users" {
  description = "Database user of each function."
  type        = map(string)
}

variable "image" {
  description = "The job's image, with a tag or digest."
  type        = string
}

variable "project" {
  description = "Google Cloud project id."
  type        = string
}

variable "region" {
  description = "Region of the job."
  type        = string
}

variable "settings" {
  description = "Environment variables that locate the database."
  type        = map(string)
}

variable "sql_instance" {
  description = "Name of the database instance."
  type        = string
}

variable "subnetwork" {
  description = "Subnetwork through which the job reaches the database."
  type        = string
}
