variable "billing" {
  description = "Billing account and the budget of a month in its currency's units; null makes no budget."
  type        = object({ account = string, monthly = number })
  default     = null

  validation {
    condition     = try(var.billing.monthly > 0, var.billing == null)
    error_message = "A budget is larger than zero."
  }
}

variable "bundles" {
  description = "Folder that `make bundle` staged the functions in, relative to this module or absolute."
  type        = string
  default     = "../build"
}

variable "channels" {
  description = "Notification channels by full name: who is woken (page), and who looks in the morning (ticket)."
  type        = object({ page = list(string), ticket = list(string) })
  default     = { page = [], ticket = [] }

  validation {
    condition = alltrue([
      for one in concat(var.channels.page, var.channels.ticket) : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", one))
    ])
    error_message = "A channel is named projects/PROJECT/notificationChannels/NUMBER: docs/operations.md says how one is made."
  }
}

variable "domain" {
  description = "Host name of the API, such as api.example.com: what PUBLIC_URL and the certificate say."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name in lower case, without scheme or path."
  }
}

variable "environment" {
  description = "Which deployment this is; a label on everything."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "firestore_location" {
  description = "Where Firestore keeps documents. It never changes, and decides the region."
  type        = string

  validation {
    condition     = can(regex("^(nam5|eur3|[a-z]+-[a-z]+[0-9]+)$", var.firestore_location))
    error_message = "firestore_location must be nam5, eur3 or a single region such as europe-west1."
  }
}

variable "migrate_image" {
  description = "Image of the migrate job, by tag or digest; `python -m scripts.release.migrate_image` says the tag."
  type        = string

  validation {
    condition     = can(regex("^[^:@]+(:[^:@]+|@sha256:[0-9a-f]{64})$", var.migrate_image))
    error_message = "migrate_image must end with a tag or a digest."
  }
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be 6 to 30 characters of a-z, 0-9 and -, beginning with a letter."
  }
}

variable "rate_limits" {
  description = "Requests a minute that one address may send with a token, and without one. Many players share an address: homes, schools, mobile networks."
  type        = object({ with_token = number, without_token = number })
  default     = { with_token = 6000, without_token = 1200 }

  validation {
    condition     = var.rate_limits.with_token >= var.rate_limits.without_token && var.rate_limits.without_token >= 60
    error_message = "Allow at least 60 a minute without a token, and with one no less than without."
  }
}

variable "region" {
  description = "Where functions, database and buckets are: the one that Firestore's events come from."
  type        = string

  validation {
    condition     = var.region == lookup({ nam5 = "us-central1", eur3 = "europe-west4" }, var.firestore_location, var.firestore_location)
    error_message = "region must be us-central1 for nam5, europe-west4 for eur3, else firestore_location itself: Firestore's events come from there."
  }
}

variable "released" {
  description = "Absolute path of what is released, in the repository's layout: `python -m scripts.release.plan` writes it. Its rights, paths, topics and indexes stay for one release more."
  type        = string
  default     = null

  validation {
    condition     = var.released == null || can(regex("^/", var.released))
    error_message = "released is an absolute path."
  }
}

variable "root" {
  description = "Folder with functions/ and triggers/, relative to this module or absolute."
  type        = string
  default     = ".."
}

variable "runbooks" {
  description = "Address at which docs/runbooks is read, without a slash at the end; alerts link it when it is set, and always name the file."
  type        = string
  default     = null

  validation {
    condition     = var.runbooks == null || can(regex("^https://.*[^/]$", var.runbooks))
    error_message = "runbooks starts with https:// and does not end with a slash."
  }
}

variable "sql_max_connections" {
  description = "The database's max_connections; every function's pools must fit into 80 % of it."
  type        = number
  default     = 1800

  validation {
    condition     = var.sql_max_connections >= 100 && floor(var.sql_max_connections) == var.sql_max_connections
    error_message = "sql_max_connections must be a whole number of at least 100."
  }
}

variable "sql_replica_region" {
  description = "Region of a read replica, which is promoted when the region is lost; none by default."
  type        = string
  default     = null

  validation {
    condition     = var.sql_replica_region == null || can(regex("^[a-z]+-[a-z]+[0-9]+$", var.sql_replica_region))
    error_message = "sql_replica_region must be a region such as us-east1."
  }
}

variable "sql_reserved_connections" {
  description = "Connections kept for people, migrations and the database's own work."
  type        = number
  default     = 20

  validation {
    condition     = var.sql_reserved_connections >= 5
    error_message = "sql_reserved_connections must be at least 5."
  }
}

variable "sql_tier" {
  description = "Machine of the database, edition Enterprise: db-custom-CPUS-MEGABYTES."
  type        = string
  default     = "db-custom-4-16384"

  validation {
    condition     = can(regex("^db-custom-[0-9]+-[0-9]+$", var.sql_tier))
    error_message = "sql_tier must look like db-custom-4-16384."
  }
}

variable "waf_preview" {
  description = "Whether the WAF's rules only log what they would refuse (docs/runbooks/edge-refusals.md)."
  type        = bool
  default     = true
}
