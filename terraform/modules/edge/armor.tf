# Rate limits by address, and Google's WAF rules, which only log until false positives are excluded.
# Rate limits by token are impossible: Cloud Armor uses the first 128 bytes of the header, which are
# the same in all tokens of one signing key, so all players would share one limit (docs/adr/0021).

locals {
  limits = {
    with_token    = { priority = 2000, match = "has(request.headers['authorization'])" }
    without_token = { priority = 2001, match = "!has(request.headers['authorization'])" }
  }
  # methodenforcement is not included, because it blocks PUT, PATCH and DELETE.
  waf = [
    "sqli-v33-stable",
    "xss-v33-stable",
    "lfi-v33-stable",
    "rfi-v33-stable",
    "rce-v33-stable",
    "scannerdetection-v33-stable",
    "protocolattack-v33-stable",
    "sessionfixation-v33-stable",
    "cve-canary",
  ]
}

resource "google_compute_security_policy" "edge" {
  #checkov:skip=CKV_GCP_73:The rule is included, in preview like the others, and no service uses Java.
  name        = "edge"
  description = "Rate limits by address; WAF rules${var.waf_preview ? ", in preview" : ""}."
  type        = "CLOUD_ARMOR"

  advanced_options_config {
    json_parsing = "STANDARD"
    log_level    = "NORMAL"
  }

  dynamic "rule" {
    for_each = local.waf

    content {
      action      = "deny(403)"
      priority    = 1000 + rule.key
      preview     = var.waf_preview
      description = "WAF: ${rule.value}"

      match {
        expr {
          expression = "evaluatePreconfiguredWaf('${rule.value}', {'sensitivity': 1})"
        }
      }
    }
  }

  dynamic "rule" {
    for_each = local.limits

    content {
      action      = "throttle"
      priority    = rule.value.priority
      description = "Rate limit per address, ${replace(rule.key, "_", " ")}"

      match {
        expr {
          expression = rule.value.match
        }
      }

      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = "IP"

        rate_limit_threshold {
          count        = var.rate_limits[rule.key]
          interval_sec = 60
        }
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "Default: allow"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
