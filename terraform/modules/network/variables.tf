variable "region" {
  description = "Region of the functions."
  type        = string
}
