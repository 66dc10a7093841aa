"""The load balancer routes paths and reports errors like the local gateway."""

import json
import re
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from emulators.edge import responses
from emulators.edge.gateway import Rules
from scripts.bundling import imports
from shared.runtime import manifest
from shared.runtime.errors import CommonCode
from tests.terraform.conftest import Plan

FUNCTIONS = manifest.discover([imports.ROOT])
CONTRACT = json.loads((imports.ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
UNKNOWN = ["/", "/v1", "/v1/gamesome", "/v1/nothing/here", "/v2/games", "/openapi.json/more"]
OWN = {"/*", "/openapi.json"}


@pytest.fixture(scope="module")
def routes(fresh: Plan) -> dict[str, str]:
    found: dict[str, str] = fresh.shown["planned_values"]["outputs"]["routes"]["value"]
    return found


def matched(routes: dict[str, str], path: str) -> str | None:
    """Return the backend that a URL map routes a path to: the longest matching rule wins."""
    fitting = [
        rule
        for rule in routes
        if path == rule or (rule.endswith("/*") and path.startswith(rule.removesuffix("*")))
    ]
    return routes[max(fitting, key=len)] if fitting else None


def of_host(fresh: Plan, matcher: str) -> dict[str, Any]:
    (edge,) = (one for one in fresh.of("google_compute_url_map") if one["name"] == "edge")
    (found,) = (one for one in edge["path_matcher"] if one["name"] == matcher)
    return dict(found)


def test_every_path_is_routed_as_by_the_gateway(routes: dict[str, str]) -> None:
    gateway = Rules.of(FUNCTIONS.values())
    for template in [*CONTRACT["paths"], *UNKNOWN]:
        path = re.sub(r"\{\w+\}", "x", template)
        owner = gateway.owner(path)
        assert matched(routes, path) == (owner.service if owner else None), path
    assert all(matched(routes, re.sub(r"\{\w+\}", "x", path)) for path in CONTRACT["paths"])


def test_the_url_map_has_these_rules_and_its_own(fresh: Plan, routes: dict[str, str]) -> None:
    groups = {frozenset(rule["paths"]) for rule in of_host(fresh, "api")["path_rule"]}
    ours = {
        frozenset(path for path, service in routes.items() if service == one)
        for one in routes.values()
    }
    assert groups == {*ours, *(frozenset({path}) for path in OWN)}


def test_only_the_404_of_an_unknown_path_is_replaced(fresh: Plan) -> None:
    api = of_host(fresh, "api")
    with_policy = [rule for rule in api["path_rule"] if rule["custom_error_response_policy"]]
    assert [rule["paths"] for rule in with_policy] == [["/*"]]
    (default,) = api["default_custom_error_response_policy"]
    codes = [
        code for rule in default["error_response_rule"] for code in rule["match_response_codes"]
    ]
    meanings = {str(meaning) for meaning in responses.CODES}
    assert codes
    assert not meanings & set(codes)


def test_problem_documents_match_those_of_the_functions(fresh: Plan) -> None:
    found = {
        one["name"]: json.loads(one["content"])
        for one in fresh.of("google_storage_bucket_object")
        if one["name"].startswith("problems/")
    }
    assert set(found) == {"problems/not_found.json", "problems/unavailable.json"}
    for status, code in ((404, CommonCode.NOT_FOUND), (503, CommonCode.UNAVAILABLE)):
        document = found[f"problems/{code}.json"]
        local = json.loads(bytes(responses.problem(status, document["detail"], base(fresh)).body))
        assert document == local
        assert document["title"] == code.meaning.title


def base(fresh: Plan) -> str:
    return f"https://{fresh.shown['variables']['domain']['value']}"


def test_the_cdn_caches_only_public_responses(fresh: Plan) -> None:
    backends = {one["name"]: one for one in fresh.of("google_compute_backend_service")}
    http = [one for one in FUNCTIONS.values() if one.trigger.http]
    assert set(backends) == {one.service for one in http}
    for one in http:
        backend = backends[one.service]
        assert one.trigger.http
        assert backend["enable_cdn"] == (one.trigger.http.caller == "public")
        assert bool(backend.get("cdn_policy")) == backend["enable_cdn"]


def test_the_certificate_covers_the_functions_public_urls(fresh: Plan) -> None:
    (certificate,) = fresh.of("google_compute_managed_ssl_certificate")
    covered = {f"https://{host}" for host in certificate["managed"][0]["domains"]}
    announced = {
        item["value"]
        for service in fresh.of("google_cloud_run_v2_service")
        for item in service["template"][0]["containers"][0]["env"]
        if item["name"] in {"PUBLIC_URL", "OBJECTS_PUBLIC_URL"}
    }
    assert announced == covered


def test_the_first_128_bytes_of_two_tokens_are_equal() -> None:
    """Cloud Armor uses them as a header's key, so no rate limit is per token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def header(uid: str) -> bytes:
        project = "savepoint-production"
        claims = {"iss": f"https://securetoken.google.com/{project}", "aud": project, "sub": uid}
        token = jwt.encode(
            claims, key, "RS256", headers={"kid": "0123456789abcdef" * 2 + "01234567"}
        )
        return f"Bearer {token}".encode()

    assert header("ada") != header("grace")
    assert header("ada")[:128] == header("grace")[:128]
