variable "domain" {
  description = "Host name of the API; public objects are read at `objects.` before it."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name such as api.example.com, without a scheme or a slash."
  }
}

variable "functions" {
  description = "HTTP functions by name: the Cloud Run service, whether everyone may call it, its path rules, and the prefixes these come from."
  type = map(object({
    service  = string
    public   = bool
    paths    = list(string)
    prefixes = list(string)
  }))

  validation {
    condition     = alltrue([for one in var.functions : !anytrue([for path in one.prefixes : contains(["/openapi.json", "/problems"], path)])])
    error_message = "The edge itself answers /openapi.json and /problems: a function cannot own them."
  }
}

variable "log_sample_rate" {
  description = "Share of requests that the load balancer writes to its log."
  type        = number
  default     = 0.1

  validation {
    condition     = var.log_sample_rate >= 0 && var.log_sample_rate <= 1
    error_message = "log_sample_rate is a share: 0 to 1."
  }
}

variable "openapi" {
  description = "The OpenAPI document that /openapi.json answers."
  type        = string
}

variable "project" {
  description = "Project id; the bucket of what the edge answers itself is named after it."
  type        = string
}

variable "public_bucket" {
  description = "Name of the bucket that everyone may read: art and detection lists."
  type        = string
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
  description = "Region of the functions."
  type        = string
}

variable "waf_preview" {
  description = "Whether the WAF's rules only log what they would refuse. Read the log for a week before setting false."
  type        = bool
  default     = true
}
