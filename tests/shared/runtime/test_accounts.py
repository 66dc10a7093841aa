"""Calls to Identity Toolkit follow its documentation and carry a Google access token."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import google.auth
import pytest
from google.auth import exceptions

from shared.runtime import accounts, errors, settings
from tests.shared.runtime.cloud_sql import Identity

NO_STATUS = 0
PROJECT = "/v1/projects/demo-savepoint/accounts"


class FakeToolkit(HTTPServer):
    """Responds with `answer` and records its requests."""

    answer: tuple[int, Any] = (200, {})
    """The status and the content: bytes are sent unchanged, anything else as JSON."""
    declared_length: int | None = None
    """The Content-Length that the response declares, whatever its real length."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: FakeToolkit

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers["Authorization"], body))
        status, content = self.server.answer
        if status == NO_STATUS:
            self.wfile.write(content)
            return
        self.send_response(status)
        if self.server.declared_length:
            self.send_header("Content-Length", str(self.server.declared_length))
        self.end_headers()
        self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def toolkit(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeToolkit]:
    """A fake Identity Toolkit, and a service account to call it with."""
    server = FakeToolkit()
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    for name in ("GOOGLE_CLOUD_PROJECT", "PUBLIC_URL", "TRUSTED_ISSUERS"):
        monkeypatch.setenv(name, "demo-savepoint")
    monkeypatch.setattr(accounts, "_BASE", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(google.auth, "default", lambda scopes: (Identity(tuple(scopes)), None))
    accounts._credentials.cache_clear()
    settings.reset()
    yield server
    server.shutdown()
    server.server_close()
    accounts._credentials.cache_clear()
    settings.reset()


TOKEN = "Bearer token for https://www.googleapis.com/auth/identitytoolkit"


def test_claims_are_looked_up_and_given(toolkit: FakeToolkit) -> None:
    toolkit.answer = (200, {"users": [{"localId": "ada", "customAttributes": '{"roles": ["a"]}'}]})
    assert accounts.claims("ada") == {"roles": ["a"]}
    toolkit.answer = (200, {"localId": "ada"})
    accounts.set_claims("ada", {"roles": []})
    assert toolkit.requests == [
        (f"{PROJECT}:lookup", TOKEN, {"localId": ["ada"]}),
        (f"{PROJECT}:update", TOKEN, {"localId": "ada", "customAttributes": '{"roles":[]}'}),
    ]


def test_an_account_without_claims_has_none(toolkit: FakeToolkit) -> None:
    toolkit.answer = (200, {"users": [{"localId": "ada"}]})
    assert accounts.claims("ada") == {}


def test_a_missing_account_is_not_found(toolkit: FakeToolkit) -> None:
    with pytest.raises(errors.NotFound):
        accounts.claims("ada")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_unavailable_toolkit_is_unavailable(toolkit: FakeToolkit, status: int) -> None:
    toolkit.answer = (status, {})
    with pytest.raises(errors.Unavailable):
        accounts.claims("ada")


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>Sign in to the hotel's network</html>"),
        (200, b""),
        (200, b"\xff\xfe"),
        (200, ["a list"]),
        (400, b"<html>Bad Request</html>"),
        (404, b""),
        (NO_STATUS, b"no HTTP at all\r\n\r\n"),
        (NO_STATUS, b""),
    ],
)
def test_an_unexpected_response_is_unavailable(
    toolkit: FakeToolkit, answer: tuple[int, Any]
) -> None:
    toolkit.answer = answer
    with pytest.raises(errors.Unavailable):
        accounts.claims("ada")


@pytest.mark.parametrize("status", [200, 400])
def test_a_truncated_response_is_unavailable(toolkit: FakeToolkit, status: int) -> None:
    toolkit.answer, toolkit.declared_length = (status, {"users": []}), 1000
    with pytest.raises(errors.Unavailable):
        accounts.claims("ada")


@pytest.mark.parametrize("error", [exceptions.TransportError, exceptions.RefreshError])
def test_a_failed_access_token_is_unavailable(
    toolkit: FakeToolkit, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuse(_self: Identity, _request: Any) -> None:
        raise error("no metadata server")

    monkeypatch.setattr(Identity, "refresh", refuse)
    with pytest.raises(errors.Unavailable):
        accounts.claims("ada")
    assert toolkit.requests == []


@pytest.mark.parametrize("message", ["USER_NOT_FOUND", "USER_NOT_FOUND : gone meanwhile"])
def test_an_account_deleted_meanwhile_is_not_found(toolkit: FakeToolkit, message: str) -> None:
    toolkit.answer = (400, {"error": {"code": 400, "message": message}})
    with pytest.raises(errors.NotFound):
        accounts.set_claims("ada", {"roles": []})


def test_a_refused_connection_is_unavailable(
    toolkit: FakeToolkit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_BASE", "http://127.0.0.1:9")
    with pytest.raises(errors.Unavailable):
        accounts.set_claims("ada", {})


def test_a_refusal_is_our_bug_and_says_why(toolkit: FakeToolkit) -> None:
    toolkit.answer = (403, {"error": {"message": "PERMISSION_DENIED"}})
    with pytest.raises(RuntimeError, match="PERMISSION_DENIED"):
        accounts.claims("ada")


def test_claims_are_limited_to_a_thousand_characters(toolkit: FakeToolkit) -> None:
    note = "x" * (accounts.MAX_CLAIMS - len('{"note":""}'))
    accounts.set_claims("ada", {"note": note})
    with pytest.raises(errors.Conflict):
        accounts.set_claims("ada", {"note": note + "x"})
    assert len(toolkit.requests) == 1
