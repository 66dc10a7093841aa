variable "dead_letters" {
  description = "Id of the dead letter topic."
  type        = string
}

variable "delivery" {
  description = "Email of the account that Google uses to deliver events."
  type        = string
}

variable "description" {
  description = "The function's purpose, in one sentence."
  type        = string
}

variable "document" {
  description = "Watched documents and the event; null if there are none."
  type        = object({ path = string, event = string })

  validation {
    condition     = var.document == null || contains(["written", "created", "updated", "deleted"], try(var.document.event, ""))
    error_message = "document.event must be written, created, updated or deleted."
  }
}

variable "firestore_location" {
  description = "Firestore's location."
  type        = string
}

variable "kind" {
  description = "Kind of trigger."
  type        = string

  validation {
    condition     = contains(["topic", "document", "schedule", "pull"], var.kind)
    error_message = "kind must be topic, document, schedule or pull."
  }
}

variable "project" {
  description = "Google Cloud project id."
  type        = string
}

variable "pubsub_agent" {
  description = "Pub/Sub's service agent, as an IAM member."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "retry" {
  description = "Number of attempts, and backoff in seconds; null if the trigger delivers no messages."
  type        = object({ max_attempts = number, min_backoff = number, max_backoff = number })

  validation {
    condition     = try(var.retry.max_attempts >= 5 && var.retry.max_attempts <= 100 && var.retry.min_backoff <= var.retry.max_backoff && var.retry.max_backoff <= 600, var.retry == null)
    error_message = "retry must have 5 to 100 attempts, and a min_backoff not above max_backoff, at most 600 seconds."
  }
}

variable "schedule" {
  description = "Schedule (cron, UTC); null if there is none."
  type        = string

  validation {
    condition     = var.schedule == null || can(regex("^\\S+( \\S+){4}$", var.schedule))
    error_message = "schedule must have five cron fields."
  }
}

variable "service" {
  description = "The function's service name, also the name of its trigger."
  type        = string
}

variable "service_account" {
  description = "Email of the function's service account."
  type        = string
}

variable "timeout" {
  description = "Timeout of the function in seconds."
  type        = number
}

variable "topic" {
  description = "Id of the topic that the function subscribes to; null if there is none."
  type        = string
}

variable "uri" {
  description = "URL of the service."
  type        = string
}
