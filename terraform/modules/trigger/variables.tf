variable "dead_letters" {
  description = "Id of the topic of dead letters."
  type        = string
}

variable "delivery" {
  description = "Address of the account that Google's deliveries show."
  type        = string
}

variable "description" {
  description = "What the function does, in a sentence."
  type        = string
}

variable "document" {
  description = "Documents watched, and what must happen to them; null without any."
  type        = object({ path = string, event = string })

  validation {
    condition     = var.document == null || contains(["written", "created", "updated", "deleted"], try(var.document.event, ""))
    error_message = "document.event must be written, created, updated or deleted."
  }
}

variable "firestore_location" {
  description = "Where Firestore keeps documents."
  type        = string
}

variable "kind" {
  description = "Which kind of trigger it is."
  type        = string

  validation {
    condition     = contains(["topic", "document", "schedule", "pull"], var.kind)
    error_message = "kind must be topic, document, schedule or pull."
  }
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "pubsub_agent" {
  description = "Pub/Sub's own account, as IAM writes a member."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "retry" {
  description = "Attempts and backoff (seconds) of a message; null where no message is delivered."
  type        = object({ max_attempts = number, min_backoff = number, max_backoff = number })

  validation {
    condition     = try(var.retry.max_attempts >= 5 && var.retry.max_attempts <= 100 && var.retry.min_backoff <= var.retry.max_backoff && var.retry.max_backoff <= 600, var.retry == null)
    error_message = "retry must have 5 to 100 attempts, and a backoff of at most 600 seconds that does not shrink."
  }
}

variable "schedule" {
  description = "When the clock calls it (cron, UTC); null when it does not."
  type        = string

  validation {
    condition     = var.schedule == null || can(regex("^\\S+( \\S+){4}$", var.schedule))
    error_message = "schedule must have the five fields of cron."
  }
}

variable "service" {
  description = "The function's name in the cloud, which its trigger bears as well."
  type        = string
}

variable "service_account" {
  description = "Address of the account that the function runs as."
  type        = string
}

variable "timeout" {
  description = "Seconds that the function may take."
  type        = number
}

variable "topic" {
  description = "Id of the topic whose messages reach it; null without one."
  type        = string
}

variable "uri" {
  description = "Address of the service."
  type        = string
}
