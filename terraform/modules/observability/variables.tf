variable "billing" {
  description = "Billing account and the budget of a month in its currency's units; null makes no budget."
  type        = object({ account = string, monthly = number })
  default     = null

  validation {
    condition     = try(var.billing.monthly > 0, true)
    error_message = "A budget is larger than zero."
  }
}

variable "channels" {
  description = "Notification channels by full name: who is woken (page), and who looks in the morning (ticket)."
  type        = object({ page = list(string), ticket = list(string) })
  default     = { page = [], ticket = [] }

  validation {
    condition = alltrue([
      for one in concat(var.channels.page, var.channels.ticket) : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", one))
    ])
    error_message = "A channel is named projects/PROJECT/notificationChannels/NUMBER; `gcloud beta monitoring channels list` shows them."
  }
}

variable "counters" {
  description = "Metrics that are counted by log lines: name to what it means and which labels its lines have."
  type        = map(object({ help = string, labels = list(string) }))
}

variable "functions" {
  description = "Functions by name, with the objectives of their function.yaml and the capability whose dashboard shows them."
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
  description = "Project id."
  type        = string
}

variable "region" {
  description = "Region of the functions."
  type        = string
}

variable "runbooks" {
  description = "Address of the folder of runbooks, without a slash at the end; null links nothing."
  type        = string
  default     = null

  validation {
    condition     = var.runbooks == null || can(regex("^https://.*[^/]$", var.runbooks))
    error_message = "runbooks starts with https:// and does not end with a slash."
  }
}

variable "sql" {
  description = "The database instance's name and its max_connections."
  type        = object({ instance = string, max_connections = number })

  validation {
    condition     = var.sql.max_connections > 0
    error_message = "max_connections is larger than zero."
  }
}

variable "uptime_paths" {
  description = "Public paths that are asked from several continents."
  type        = set(string)

  validation {
    condition     = length(var.uptime_paths) > 0 && alltrue([for path in var.uptime_paths : startswith(path, "/")])
    error_message = "Name at least one path; each begins with a slash."
  }
}
