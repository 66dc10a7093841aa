variable "database_users" {
  description = "Each function's database user."
  type        = map(string)
}

variable "image" {
  description = "The image, by tag or digest."
  type        = string
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Region of the job."
  type        = string
}

variable "settings" {
  description = "Environment variables that say where the database is."
  type        = map(string)
}

variable "sql_instance" {
  description = "Name of the database instance."
  type        = string
}

variable "subnetwork" {
  description = "Subnetwork that it reaches the database through."
  type        = string
}
