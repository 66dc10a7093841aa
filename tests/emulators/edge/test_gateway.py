"""The gateway finds the function that owns a path, and forwards requests unchanged."""

import anyio
import httpx
import pytest

from emulators.edge.gateway import Gateway, Rules
from shared.runtime import manifest
from tests.support.local_cloud import FIXTURES


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules.of(manifest.discover([FIXTURES]).values())


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/test/probe", "probe"),
        ("/test/probe/", "probe"),
        ("/test/probe/1/2", "probe"),
        ("/test/probe:batch", "probe"),
        ("/test/probe/deep", "probe"),
        ("/test/probe/deeper", "probe_deeper"),
        ("/test/probe/deeper:verb", "probe_deeper"),
        ("/test/probe/deeper/x", "probe_deeper"),
        ("/test/probe/deeperer", "probe"),
        ("/test/prober", None),
        ("/test", None),
        ("/", None),
        ("", None),
    ],
)
def test_the_longest_prefix_of_whole_segments_owns_a_path(
    rules: Rules, path: str, owner: str | None
) -> None:
    found = rules.owner(path)
    assert (found.name if found else None) == owner


def test_a_request_is_forwarded_unchanged(client: httpx.Client) -> None:
    raw = "/test/probe/a%2Fb/%C3%A9:verb?q=%20x&q=[y]&empty="
    answer = client.request(
        "PATCH", raw, content=b"body", headers={"X-One": "1", "Authorization": "Bearer t"}
    )
    seen = answer.json()
    assert (seen["method"], seen["body"]) == ("PATCH", "body")
    assert f"{seen['raw_path']}?{seen['query']}" == raw
    headers = dict(seen["headers"])
    assert headers["x-one"] == "1"
    assert headers["authorization"] == "Bearer t"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert answer.headers["x-probe"] == "yes"
    assert len(answer.headers.get_list("set-cookie")) == 2
    assert len(answer.headers.get_list("date")) == 1


def test_no_header_is_added_that_changes_the_response(cloud_url: str) -> None:
    request = httpx.Request("GET", f"{cloud_url}/test/probe", headers={"Host": "x"})
    with httpx.Client() as bare:
        seen = dict(bare.send(request).json()["headers"])
    by_framework = {"function-execution-id"}
    assert set(seen) - by_framework == {"host", "x-forwarded-for", "x-forwarded-proto"}


def test_an_unknown_path_is_a_problem_that_a_browser_can_read(client: httpx.Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["code"] == "not_found"


def test_a_preflight_for_an_unknown_path_is_answered(client: httpx.Client) -> None:
    headers = {"Origin": "https://x.test", "Access-Control-Request-Method": "PUT"}
    answer = client.options("/nowhere", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-max-age"] == "7200"


def test_a_function_that_is_not_running_is_a_503_with_retry_after(rules: Rules) -> None:
    async def ask() -> httpx.Response:
        gateway = Gateway(rules, "http://127.0.0.1:9/{function}", "http://base")
        transport = httpx.ASGITransport(gateway)
        async with gateway.client, httpx.AsyncClient(transport=transport) as client:
            return await client.get("http://gateway/test/probe", headers={"Origin": "https://x"})

    answer = anyio.run(ask)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["type"] == "http://base/problems/unavailable"


@pytest.fixture
def cloud_url(client: httpx.Client) -> str:
    return str(client.base_url).rstrip("/")
