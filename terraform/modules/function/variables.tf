variable "anyone" {
  description = "Whether the function accepts requests without a Google identity from the load balancer."
  type        = bool
}

variable "builder" {
  description = "Id of the service account that builds images."
  type        = string
}

variable "bundle" {
  description = "The staged function: content hash and archive."
  type        = object({ hash = string, zip = string })
}

variable "bundles_bucket" {
  description = "Bucket of the bundles."
  type        = string
}

variable "concurrency" {
  description = "Maximum number of concurrent requests per instance."
  type        = number

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000
    error_message = "concurrency must be 1 to 1000."
  }

  validation {
    condition     = var.concurrency == 1 || var.cpu >= 1
    error_message = "concurrency above 1 needs 1 CPU."
  }
}

variable "cpu" {
  description = "CPUs per instance."
  type        = number

  validation {
    condition     = var.cpu > 0 && var.cpu <= 8
    error_message = "cpu must be above 0 and at most 8."
  }
}

variable "description" {
  description = "The function's purpose, in one sentence."
  type        = string
}

variable "instances" {
  description = "Minimum and maximum number of instances."
  type        = object({ min = number, max = number })

  validation {
    condition     = var.instances.min >= 0 && var.instances.max >= 1 && var.instances.min <= var.instances.max
    error_message = "instances.min must be 0 to instances.max, which is at least 1."
  }
}

variable "memory" {
  description = "Memory per instance, such as 512Mi."
  type        = string

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.memory))
    error_message = "memory must look like 512Mi or 1Gi."
  }
}

variable "project" {
  description = "Google Cloud project id."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "repository" {
  description = "Artifact Registry repository of images."
  type        = string
}

variable "secret_settings" {
  description = "Environment variables whose values are secrets: name to secret id."
  type        = map(string)
}

variable "service" {
  description = "The function's service name."
  type        = string
}

variable "service_account" {
  description = "Email of its service account."
  type        = string
}

variable "settings" {
  description = "Environment variables, named as in docs/settings.md."
  type        = map(string)
}

variable "subnetwork" {
  description = "Subnetwork through which the function reaches the database; null if it has no database."
  type        = string
}

variable "timeout" {
  description = "Request timeout in seconds."
  type        = number

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 3600
    error_message = "timeout must be 1 to 3600 seconds."
  }
}
