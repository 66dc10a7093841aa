"""The load balancer sends a path where the local gateway sends it, and refuses as we do."""

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
    """Return whom a URL map sends a path to: the longest rule that fits wins."""
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


def test_it_sends_every_path_where_the_gateway_does(routes: dict[str, str]) -> None:
    gateway = Rules.of(FUNCTIONS.values())
    for template in [*CONTRACT["paths"], *UNKNOWN]:
        path = re.sub(r"\{\w+\}", "x", template)
        owner = gateway.owner(path)
        assert matched(routes, path) == (owner.service if owner else None), path
    assert all(matched(routes, re.sub(r"\{\w+\}", "x", path)) for path in CONTRACT["paths"])


def test_the_map_has_these_rules_and_its_own(fresh: Plan, routes: dict[str, str]) -> None:
    groups = {frozenset(rule["paths"]) for rule in of_host(fresh, "api")["path_rule"]}
    ours = {
        frozenset(path for path, service in routes.items() if service == one)
        for one in routes.values()
    }
    assert groups == {*ours, *(frozenset({path}) for path in OWN)}


def test_only_an_unknown_path_loses_its_own_404(fresh: Plan) -> None:
    api = of_host(fresh, "api")
    with_policy = [rule for rule in api["path_rule"] if rule["custom_error_response_policy"]]
    assert [rule["paths"] for rule in with_policy] == [["/*"]]
    (default,) = api["default_custom_error_response_policy"]
    codes = [
        code for rule in default["error_response_rule"] for code in rule["match_response_codes"]
    ]
    said = {str(meaning) for meaning in responses.CODES}
    assert codes
    assert not said & set(codes)


def test_its_problem_documents_are_those_of_the_functions(fresh: Plan) -> None:
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


def test_the_cdn_keeps_what_everyone_may_read_and_nothing_else(fresh: Plan) -> None:
    backends = {one["name"]: one for one in fresh.of("google_compute_backend_service")}
    http = [one for one in FUNCTIONS.values() if one.trigger.http]
    assert set(backends) == {one.service for one in http}
    for one in http:
        backend = backends[one.service]
        assert one.trigger.http
        assert backend["enable_cdn"] == (one.trigger.http.caller == "public")
        assert bool(backend.get("cdn_policy")) == backend["enable_cdn"]


def test_the_certificate_covers_what_functions_say_of_themselves(fresh: Plan) -> None:
    (certificate,) = fresh.of("google_compute_managed_ssl_certificate")
    covered = {f"https://{host}" for host in certificate["managed"][0]["domains"]}
    told = {
        item["value"]
        for service in fresh.of("google_cloud_run_v2_service")
        for item in service["template"][0]["containers"][0]["env"]
        if item["name"] in {"PUBLIC_URL", "OBJECTS_PUBLIC_URL"}
    }
    assert told == covered


def test_128_bytes_do_not_tell_two_players_apart() -> None:
    """What Cloud Armor takes as the key of a header: why no limit is by token."""
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
