# Tests the edge alone, because caching, blocking and routing do not depend on the rest.

mock_provider "google" {}

variables {
  domain        = "api.example.com"
  openapi       = "{}"
  project       = "savepoint-test"
  public_bucket = "savepoint-test-public"
  region        = "us-central1"
  functions = {
    catalog = {
      service  = "catalog"
      public   = true
      prefixes = ["/v1/games"]
      paths    = ["/v1/games", "/v1/games/*"]
    }
    sessions = {
      service  = "sessions"
      public   = false
      prefixes = ["/v1/me/sessions"]
      paths    = ["/v1/me/sessions", "/v1/me/sessions/*", "/v1/me/sessions:batch"]
    }
  }
}

run "the_edge" {
  command = plan

  module {
    source = "./modules/edge"
  }

  assert {
    condition     = { for name, one in google_compute_backend_service.function : name => one.enable_cdn } == { catalog = true, sessions = false }
    error_message = "The CDN caches public responses and none of a player."
  }
  assert {
    condition     = one(google_compute_backend_service.function["catalog"].cdn_policy).cache_mode == "USE_ORIGIN_HEADERS"
    error_message = "Caching follows the function's Cache-Control."
  }
  assert {
    condition     = one(google_compute_backend_service.function["catalog"].cdn_policy).serve_while_stale == 0
    error_message = "Without this the CDN serves responses up to a day old."
  }
  assert {
    condition     = alltrue([for one in google_compute_backend_service.function : one.log_config[0].enable])
    error_message = "Requests are logged."
  }
  assert {
    condition = toset(flatten([
      for matcher in google_compute_url_map.edge.path_matcher : [for rule in matcher.path_rule : tolist(rule.paths)] if matcher.name == "api"
    ])) == toset(["/*", "/openapi.json", "/v1/games", "/v1/games/*", "/v1/me/sessions", "/v1/me/sessions/*", "/v1/me/sessions:batch"])
    error_message = "The URL map has all paths of the functions, the contract, and a default."
  }
  assert {
    condition     = toset([for test in google_compute_url_map.edge.test : test.path]) == toset(["/v1/games/anything", "/v1/me/sessions/anything"])
    error_message = "Google tests each prefix before it accepts the map."
  }
  assert {
    condition     = alltrue([for rule in google_compute_security_policy.edge.rule : rule.preview if rule.action == "deny(403)"])
    error_message = "WAF rules start in preview."
  }
  assert {
    condition     = toset([for rule in google_compute_security_policy.edge.rule : one(rule.rate_limit_options).enforce_on_key if rule.action == "throttle"]) == toset(["IP"])
    error_message = "Limits are by address: 128 bytes do not distinguish players' tokens."
  }
  assert {
    condition     = google_compute_ssl_policy.edge.min_tls_version == "TLS_1_2" && google_compute_ssl_policy.edge.profile == "MODERN"
    error_message = "TLS is modern."
  }
  assert {
    condition     = one(google_compute_url_map.to_https.default_url_redirect).https_redirect && one(google_compute_url_map.to_https.default_url_redirect).redirect_response_code == "PERMANENT_REDIRECT"
    error_message = "HTTP redirects to HTTPS and keeps the method."
  }
  assert {
    condition     = { for code, one in google_storage_bucket_object.problem : code => jsondecode(nonsensitive(one.content)).type } == { not_found = "https://api.example.com/problems/not_found", unavailable = "https://api.example.com/problems/unavailable" }
    error_message = "The edge's own errors are problem documents."
  }
}

run "rules_that_refuse" {
  command = plan

  module {
    source = "./modules/edge"
  }

  variables {
    waf_preview = false
  }

  assert {
    condition     = !anytrue([for rule in google_compute_security_policy.edge.rule : rule.preview if rule.action == "deny(403)"])
    error_message = "One variable enforces the WAF rules."
  }
}

run "no_host_name" {
  command = plan

  module {
    source = "./modules/edge"
  }

  variables {
    domain = "https://api.example.com/"
  }

  expect_failures = [var.domain]
}

run "a_path_of_the_edge" {
  command = plan

  module {
    source = "./modules/edge"
  }

  variables {
    functions = {
      problems = { service = "problems", public = true, prefixes = ["/problems"], paths = ["/problems"] }
    }
  }

  expect_failures = [var.functions]
}

run "limits_upside_down" {
  command = plan

  module {
    source = "./modules/edge"
  }

  variables {
    rate_limits = { with_token = 100, without_token = 1000 }
  }

  expect_failures = [var.rate_limits]
}
