"""Only the console's own page may use its API."""

import httpx
import pytest

from emulators.cloud.config import ROOT
from tests.support.local_cloud import LocalCloud
from tests.support.windows import API


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.test"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "elsewhere.test"},
        {"Host": "127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/topology"), ("GET", "/stream"), ("POST", "/poison"), ("GET", "/x")],
)
def test_another_page_is_refused(
    client: httpx.Client, headers: dict[str, str], method: str, path: str
) -> None:
    # A stream that is not refused never ends.
    with client.stream(method, API + path, headers=headers) as answer:
        assert answer.status_code == 403
        answer.read()
    assert answer.json()["code"] == "forbidden"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_the_page_itself_is_answered(cloud: LocalCloud, client: httpx.Client, host: str) -> None:
    own = f"{host}:{cloud.cloud.ports['edge']}"
    headers = {"Host": own, "Origin": f"http://{own}", "Sec-Fetch-Site": "same-origin"}
    answer = client.get(f"{API}/topology", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert answer.headers["cache-control"] == "no-cache"


def test_the_recorded_requests_are_guarded_on_the_host(cloud: LocalCloud) -> None:
    url = f"{cloud.cloud.url('functions')}/_exchanges/"
    assert httpx.get(url).status_code == 200
    for headers in ({"Host": "elsewhere.test"}, {"Origin": "https://elsewhere.test"}):
        assert httpx.get(url, headers=headers).status_code == 403
        assert httpx.post(f"{url}{'a' * 16}/replay", headers=headers).status_code == 403


def test_the_root_redirects_to_the_page(client: httpx.Client) -> None:
    for path in ("/", "/_local/console"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (307, "/_local/console/")
    assert client.post("/").status_code == 404


def test_an_unknown_route_is_a_problem(client: httpx.Client) -> None:
    answer = client.get(f"{API}/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_contract_is_served_beside_the_functions(client: httpx.Client) -> None:
    answer = client.get("/openapi.json")
    assert answer.content == (ROOT / "docs" / "openapi.json").read_bytes()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["etag"]


def test_hidden_files_are_not_served(client: httpx.Client) -> None:
    hidden = ROOT / "emulators/console/page/.hidden-from-pages"
    hidden.parent.mkdir(exist_ok=True)
    hidden.touch()
    try:
        assert client.get(f"/_local/console/{hidden.name}").status_code == 404
    finally:
        hidden.unlink()
