"""Responses: ETags and 304, CORS, problem documents, deprecation."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from shared.runtime import errors, http, responses
from tests.shared.runtime.unit.edge import Answer, ask, make

ALLOWED = [
    "Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key",
    "traceparent", "Savepoint-Client",
]  # fmt: skip
EXPOSED = [
    "ETag", "Date", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Deprecation",
    "Sunset", "Link", "traceparent",
]  # fmt: skip


class Thing(BaseModel):
    name: str
    note: str | None = None


kept = http.Reply(Thing(name="kept"), headers=http.cache_control("public, max-age=60"))


@pytest.fixture
def api(tmp_path: Path) -> http.Api:
    made = make(
        tmp_path,
        deprecations=[
            {
                "path": "/v1/things/old",
                "since": "2026-01-01",
                "sunset": "2026-07-01",
                "link": "https://docs.example/old",
            }
        ],
    )

    @made.get("/v1/things/old")
    async def old(q: int = 1) -> Thing:
        return Thing(name="old" * q)

    @made.get("/v1/things/kept")
    async def memory() -> http.Reply[Thing]:
        return kept

    @made.get("/v1/things/tagged")
    async def tagged() -> http.Reply[Thing]:
        return http.Reply(Thing(name="tagged"), etag="rev-7")

    @made.put("/v1/things/tagged")
    async def write() -> http.Reply[Thing]:
        return http.Reply(Thing(name="tagged"), etag="rev-8", headers={"Location": "/v1/é"})

    @made.delete("/v1/things/tagged")
    async def remove() -> None: ...

    @made.post("/v1/things/fail")
    async def fail(thing: Thing) -> Thing:
        raise getattr(errors, thing.name)("said aloud", limit=3, gone=None)

    @made.get("/v1/things/limited")
    async def limited() -> Thing:
        raise errors.TooManyRequests("slower", headers={"Retry-After": "77"})

    return made


def fail(api: http.Api, name: str, **headers: str) -> Answer:
    return ask(api, "POST", "/v1/things/fail", headers, {"name": name})


def test_none_members_are_omitted(api: http.Api) -> None:
    assert ask(api, "GET", "/v1/things/old").json() == {"name": "old"}


def test_the_etag_of_a_read_depends_on_its_body(api: http.Api) -> None:
    first, second = (ask(api, "GET", "/v1/things/old").header("etag") for _ in range(2))
    other = ask(api, "GET", "/v1/things/old?q=2").header("etag")
    assert first == second != other
    assert first is not None
    assert first.startswith('"')
    assert first.endswith('"')


@pytest.mark.parametrize("listed", ["{}", "W/{}", '"x", {}', '"x",W/{} , "y"', "*", '"x", *'])
def test_a_current_copy_is_304_without_a_body(api: http.Api, listed: str) -> None:
    got = ask(api, "GET", "/v1/things/kept")
    headers = {"If-None-Match": listed.format(got.header("etag"))}
    for method in ("GET", "HEAD"):
        answer = ask(api, method, "/v1/things/kept", headers)
        assert (answer.status, answer.body) == (304, b"")
        for name in ("etag", "cache-control", "access-control-allow-origin"):
            assert answer.header(name) == got.header(name) is not None
        assert answer.header("content-length") is None
        assert answer.header("content-type") is None


@pytest.mark.parametrize("listed", ['"rev-6"', "rev-7", '"rev-7', '"REV-7"', "", '"x", "y"'])
def test_an_outdated_copy_gets_the_full_response(api: http.Api, listed: str) -> None:
    answer = ask(api, "GET", "/v1/things/tagged", {"If-None-Match": listed})
    assert (answer.status, answer.header("etag")) == (200, '"rev-7"')


def test_if_none_match_is_ignored_for_a_write(api: http.Api) -> None:
    answer = ask(api, "PUT", "/v1/things/tagged", {"If-None-Match": '"rev-8"'})
    assert (answer.status, answer.header("etag")) == (200, '"rev-8"')
    assert answer.header("location") == "/v1/é"


def test_cache_control_is_always_set(api: http.Api) -> None:
    assert ask(api, "GET", "/v1/things/kept").header("cache-control") == "public, max-age=60"
    assert ask(api, "GET", "/v1/things/old").header("cache-control") == "private, no-cache"
    for method, path in (("PUT", "tagged"), ("DELETE", "tagged"), ("GET", "nothing")):
        answer = ask(api, method, f"/v1/things/{path}")
        assert answer.header("cache-control") == "no-store", path


def test_an_empty_response_is_204_without_type_and_length(api: http.Api) -> None:
    answer = ask(api, "DELETE", "/v1/things/tagged")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("content-type") is answer.header("content-length") is None


ANSWERS = [
    ("GET", "/v1/things/old", 200),
    ("HEAD", "/v1/things/old", 200),
    ("GET", "/v1/things/old?q=x", 400),
    ("GET", "/v1/things/limited", 429),
    ("DELETE", "/v1/things/tagged", 204),
    ("GET", "/nowhere", 404),
    ("DELETE", "/v1/things/old", 405),
    ("POST", "/v1/things/fail", 400),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_response_allows_every_origin_without_credentials(
    api: http.Api, method: str, path: str, status: int
) -> None:
    answer = ask(api, method, path, {"Origin": "https://app.example"})
    assert answer.status == status
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-expose-headers") == ", ".join(EXPOSED)
    assert answer.header("access-control-allow-credentials") is None
    assert answer.header("vary") is None


@pytest.mark.parametrize("path", ["/v1/things/old", "/nowhere"])
def test_a_preflight_ignores_the_path_and_the_caller(tmp_path: Path, path: str) -> None:
    api = make(tmp_path, trigger={"http": {"paths": ["/v1/things"], "caller": "admin"}})
    answer = ask(api, "OPTIONS", path, {"Access-Control-Request-Method": "PATCH"})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-allow-headers") == ", ".join(ALLOWED)
    assert answer.header("access-control-max-age") == "7200"
    methods = answer.header("access-control-allow-methods")
    assert methods == "GET, HEAD, POST, PUT, PATCH, DELETE"


PROBLEMS = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, errors.ProblemError)
]


@pytest.mark.parametrize("kind", PROBLEMS[1:])
def test_a_problem_document_follows_rfc_9457_and_tells_clients_what_to_do(
    api: http.Api, kind: type[errors.ProblemError]
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = fail(api, kind.__name__, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    meaning = kind.code.meaning
    assert answer.status == kind.status
    assert answer.header("content-type") == "application/problem+json"
    document = answer.json()
    assert document == {
        "type": f"https://api.example/problems/{kind.code}",
        "title": meaning.title,
        "status": kind.status,
        "detail": "said aloud",
        "code": kind.code,
        "retry": meaning.retry,
        "trace": trace,
        "limit": 3,
    }


@pytest.mark.parametrize("kind", PROBLEMS[1:])
def test_only_rate_limits_and_unavailable_stores_set_retry_after(
    api: http.Api, kind: type[errors.ProblemError]
) -> None:
    waits = fail(api, kind.__name__).header("retry-after")
    assert (waits is not None) == (kind.status in {429, 503})


def test_retry_after_differs_between_clients(api: http.Api) -> None:
    waits = {int(fail(api, "Unavailable").header("retry-after") or 0) for _ in range(60)}
    low, high = responses.RETRY_AFTER_SECONDS
    assert waits <= set(range(low, high + 1))
    assert len(waits) > 3


def test_an_explicit_retry_after_is_kept(api: http.Api) -> None:
    assert ask(api, "GET", "/v1/things/limited").header("retry-after") == "77"


def test_a_deprecated_path_has_its_dates_and_a_link(
    api: http.Api,
) -> None:
    for target, status in (("/v1/things/old", 200), ("/v1/things/old?q=x", 400)):
        answer = ask(api, "GET", target)
        assert answer.status == status
        since = answer.header("deprecation") or ""
        assert datetime.fromtimestamp(int(since.removeprefix("@")), UTC).isoformat() == (
            "2026-01-01T00:00:00+00:00"
        )
        sunset = answer.header("sunset") or ""
        assert sunset.endswith(" GMT")
        assert parsedate_to_datetime(sunset) == datetime(2026, 7, 1, tzinfo=UTC)
        assert answer.header("link") == '<https://docs.example/old>; rel="deprecation"'
    assert ask(api, "GET", "/v1/things/kept").header("deprecation") is None


def test_a_stored_reply_can_be_sent_repeatedly_unchanged(api: http.Api) -> None:
    seen: list[Any] = [ask(api, "GET", "/v1/things/kept") for _ in range(3)]
    without_trace = [
        [pair for pair in answer.headers if pair[0] != "traceparent"] for answer in seen
    ]
    assert without_trace[0] == without_trace[1] == without_trace[2]
    assert len({answer.header("traceparent") for answer in seen}) == 3
