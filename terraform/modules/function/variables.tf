variable "anyone" {
  description = "Whether requests need no Google identity: what the load balancer leads to."
  type        = bool
}

variable "builder" {
  description = "Id of the service account that builds images."
  type        = string
}

variable "bundle" {
  description = "The staged function: hash of its content, and the archive to upload."
  type        = object({ hash = string, zip = string })
}

variable "bundles_bucket" {
  description = "Bucket of the bundles."
  type        = string
}

variable "concurrency" {
  description = "Requests that an instance handles at once."
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
  description = "CPUs of an instance."
  type        = number

  validation {
    condition     = var.cpu > 0 && var.cpu <= 8
    error_message = "cpu must be above 0 and at most 8."
  }
}

variable "description" {
  description = "What the function does, in a sentence."
  type        = string
}

variable "instances" {
  description = "Instances kept warm, and the most that a revision may have."
  type        = object({ min = number, max = number })

  validation {
    condition     = var.instances.min >= 0 && var.instances.max >= 1 && var.instances.min <= var.instances.max
    error_message = "instances.min must be 0 to instances.max, which is at least 1."
  }
}

variable "memory" {
  description = "Memory of an instance, such as 512Mi."
  type        = string

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.memory))
    error_message = "memory must look like 512Mi or 1Gi."
  }
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "repository" {
  description = "Artifact Registry's address of images."
  type        = string
}

variable "secret_settings" {
  description = "Environment variables whose values are secrets: name to secret id."
  type        = map(string)
}

variable "service" {
  description = "The function's name in the cloud."
  type        = string
}

variable "service_account" {
  description = "Address of the account that it runs as."
  type        = string
}

variable "settings" {
  description = "Environment variables, named as in docs/settings.md."
  type        = map(string)
}

variable "subnetwork" {
  description = "Subnetwork that it reaches the database through; null without one."
  type        = string
}

variable "timeout" {
  description = "Seconds that a request may take."
  type        = number

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 3600
    error_message = "timeout must be 1 to 3600 seconds."
  }
}
