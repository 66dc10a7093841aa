variable "domain" {
  description = "Host name of the API. Public objects are served from the same host name prefixed with `objects.`."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name such as api.example.com, without a scheme or a slash."
  }
}

variable "functions" {
  description = "HTTP functions by name: Cloud Run service, whether it is public, path rules and their prefixes."
  type = map(object({
    service  = string
    public   = bool
    paths    = list(string)
    prefixes = list(string)
  }))

  validation {
    condition     = alltrue([for one in var.functions : !anytrue([for path in one.prefixes : contains(["/openapi.json", "/problems"], path)])])
    error_message = "The edge itself serves /openapi.json and /problems, so no function can own these paths."
  }
}

variable "log_sample_rate" {
  description = "Share of requests that the load balancer logs, from 0 to 1."
  type        = number
  default     = 0.1

  validation {
    condition     = var.log_sample_rate >= 0 && var.log_sample_rate <= 1
    error_message = "log_sample_rate must be 0 to 1."
  }
}

variable "openapi" {
  description = "The OpenAPI document served at /openapi.json."
  type        = string
}

variable "project" {
  description = "Google Cloud project id, also used to name the bucket of static responses."
  type        = string
}

variable "public_bucket" {
  description = "Name of the public bucket: art and detection lists."
  type        = string
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
  description = "Region of the functions."
  type        = string
}

variable "waf_preview" {
  description = "Whether WAF rules only log what they would block. Read the log for a week before setting it to false."
  type        = bool
  default     = true
}
