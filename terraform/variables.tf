variable "billing" {
  description = "Billing account and monthly budget in units of the account's currency; null for no budget."
  type        = object({ account = string, monthly = number })
  default     = null

  validation {
    condition     = try(var.billing.monthly > 0, var.billing == null)
    error_message = "The budget must be above zero."
  }
}

variable "bundles" {
  description = "Folder with the bundles that `make bundle` staged, relative to this module or absolute."
  type        = string
  default     = "../build"
}

variable "channels" {
  description = "Notification channels by full name: immediate (page) and next working day (ticket)."
  type        = object({ page = list(string), ticket = list(string) })
  default     = { page = [], ticket = [] }

  validation {
    condition = alltrue([
      for one in concat(var.channels.page, var.channels.ticket) : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", one))
    ])
    error_message = "Channel names must look like projects/PROJECT/notificationChannels/NUMBER: see docs/operations.md."
  }
}

variable "domain" {
  description = "Host name of the API, such as api.example.com, for PUBLIC_URL and the certificate."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name in lower case, without scheme or path."
  }
}

variable "environment" {
  description = "The environment; a label on all resources."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "firestore_location" {
  description = "Firestore's location, which cannot be changed and determines the region."
  type        = string

  validation {
    condition     = can(regex("^(nam5|eur3|[a-z]+-[a-z]+[0-9]+)$", var.firestore_location))
    error_message = "firestore_location must be nam5, eur3 or a single region such as europe-west1."
  }
}

variable "migrate_image" {
  description = "Image of the migrate job, with a tag or digest. `python -m scripts.release.migrate_image` prints the tag."
  type        = string

  validation {
    condition     = can(regex("^[^:@]+(:[^:@]+|@sha256:[0-9a-f]{64})$", var.migrate_image))
    error_message = "migrate_image must end with a tag or a digest."
  }
}

variable "project" {
  description = "Google Cloud project id."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be 6 to 30 characters of a-z, 0-9 and -, starting with a letter."
  }
}

variable "rate_limits" {
  description = "Maximum requests per minute per address, with and without a token. Homes, schools and mobile networks have many players at one address."
  type        = object({ with_token = number, without_token = number })
  default     = { with_token = 6000, without_token = 1200 }

  validation {
    condition     = var.rate_limits.with_token >= var.rate_limits.without_token && var.rate_limits.without_token >= 60
    error_message = "Allow at least 60 per minute without a token, and at least as many with one."
  }
}

variable "region" {
  description = "Region of the functions, database and buckets, which is the region that Firestore's events come from."
  type        = string

  validation {
    condition     = var.region == lookup({ nam5 = "us-central1", eur3 = "europe-west4" }, var.firestore_location, var.firestore_location)
    error_message = "region must be us-central1 for nam5, europe-west4 for eur3, else firestore_location itself: Firestore's events come from there."
  }
}

variable "released" {
  description = "Absolute path of the released manifests, in the repository's layout, written by `python -m scripts.release.plan`. Their rights, paths, topics and indexes are kept for one more release."
  type        = string
  default     = null

  validation {
    condition     = var.released == null || can(regex("^/", var.released))
    error_message = "released must be an absolute path."
  }
}

variable "root" {
  description = "Folder with functions/ and triggers/, relative to this module or absolute."
  type        = string
  default     = ".."
}

variable "runbooks" {
  description = "URL of docs/runbooks, without a trailing slash. If set, alerts link to their runbooks; they always name the file."
  type        = string
  default     = null

  validation {
    condition     = var.runbooks == null || can(regex("^https://.*[^/]$", var.runbooks))
    error_message = "runbooks must start with https:// and must not end with a slash."
  }
}

variable "sql_max_connections" {
  description = "The database's max_connections; the pools of all functions must fit into 80 % of it."
  type        = number
  default     = 1800

  validation {
    condition     = var.sql_max_connections >= 100 && floor(var.sql_max_connections) == var.sql_max_connections
    error_message = "sql_max_connections must be a whole number of at least 100."
  }
}

variable "sql_replica_region" {
  description = "Region of a read replica that can be promoted if the main region fails; no replica by default."
  type        = string
  default     = null

  validation {
    condition     = var.sql_replica_region == null || can(regex("^[a-z]+-[a-z]+[0-9]+$", var.sql_replica_region))
    error_message = "sql_replica_region must be a region such as us-east1."
  }
}

variable "sql_reserved_connections" {
  description = "Connections reserved for people, migrations and the database itself."
  type        = number
  default     = 20

  validation {
    condition     = var.sql_reserved_connections >= 5
    error_message = "sql_reserved_connections must be at least 5."
  }
}

variable "sql_tier" {
  description = "Machine type of the database, edition Enterprise: db-custom-CPUS-MEGABYTES."
  type        = string
  default     = "db-custom-4-16384"

  validation {
    condition     = can(regex("^db-custom-[0-9]+-[0-9]+$", var.sql_tier))
    error_message = "sql_tier must look like db-custom-4-16384."
  }
}

variable "waf_preview" {
  description = "Whether WAF rules only log what they would block (docs/runbooks/edge-refusals.md)."
  type        = bool
  default     = true
}
