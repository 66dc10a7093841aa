variable "billing" {
  description = "Billing account and monthly budget in units of the account's currency; null for no budget."
  type        = object({ account = string, monthly = number })
  default     = null

  validation {
    condition     = try(var.billing.monthly > 0, true)
    error_message = "The budget must be above zero."
  }
}

variable "channels" {
  description = "Notification channels by full name: immediate (page) and next working day (ticket)."
  type        = object({ page = list(string), ticket = list(string) })
  default     = { page = [], ticket = [] }

  validation {
    condition = alltrue([
      for one in concat(var.channels.page, var.channels.ticket) : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", one))
    ])
    error_message = "Channel names must look like projects/PROJECT/notificationChannels/NUMBER; `gcloud beta monitoring channels list` shows them."
  }
}

variable "counters" {
  description = "Meaning and labels of each metric counted from log lines, by name."
  type        = map(object({ help = string, labels = list(string) }))
}

variable "functions" {
  description = "Functions by name, with the objectives from function.yaml and the capability whose dashboard shows them."
  type = map(object({
    service    = string
    capability = string
    kind       = string
    schedule   = string
    objectives = object({ availability = number, p99_ms = number })
  }))
}

variable "host" {
  description = "Host name of the API."
  type        = string
}

variable "project" {
  description = "Google Cloud project id."
  type        = string
}

variable "region" {
  description = "Region of the functions."
  type        = string
}

variable "runbooks" {
  description = "URL of the runbooks' folder, without a trailing slash; null for no links."
  type        = string
  default     = null

  validation {
    condition     = var.runbooks == null || can(regex("^https://.*[^/]$", var.runbooks))
    error_message = "runbooks must start with https:// and must not end with a slash."
  }
}

variable "sql" {
  description = "The database instance's name and max_connections."
  type        = object({ instance = string, max_connections = number })

  validation {
    condition     = var.sql.max_connections > 0
    error_message = "max_connections must be above zero."
  }
}

variable "uptime_paths" {
  description = "Public paths that are requested from several continents."
  type        = set(string)

  validation {
    condition     = length(var.uptime_paths) > 0 && alltrue([for path in var.uptime_paths : startswith(path, "/")])
    error_message = "There must be at least one path; each must start with a slash."
  }
}
