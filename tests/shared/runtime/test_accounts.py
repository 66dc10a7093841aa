"""Accounts are spoken to as Identity Toolkit documents it, signed in with a Google access token."""

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


class Toolkit(HTTPServer):
    """Answers what it is told to, and remembers what it was asked."""

    answer: tuple[int, Any] = (200, {})
    """The status, and what is told: bytes as they are, all else as JSON."""
    promised: int | None = None
    """How many bytes the answer says that it has, whatever it has."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: Toolkit

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        status, told = self.server.answer
        if status == NO_STATUS:
            self.wfile.write(told)
            return
        self.send_response(status)
        if self.server.promised:
            self.send_header("Content-Length", str(self.server.promised))
        self.end_headers()
        self.wfile.write(told if isinstance(told, bytes) else json.dumps(told).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def toolkit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Toolkit]:
    """Identity Toolkit in the cloud, for a function with a service account."""
    server = Toolkit()
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


def test_claims_are_looked_up_and_given(toolkit: Toolkit) -> None:
    toolkit.answer = (200, {"users": [{"localId": "ada", "customAttributes": '{"roles": ["a"]}'}]})
    assert accounts.claims("ada") == {"roles": ["a"]}
    toolkit.answer = (200, {"localId": "ada"})
    accounts.set_claims("ada", {"roles": []})
    assert toolkit.asked == [
        (f"{PROJECT}:lookup", TOKEN, {"localId": ["ada"]}),
        (f"{PROJECT}:update", TOKEN, {"localId": "ada", "customAttributes": '{"roles":[]}'}),
    ]


def test_an_account_without_claims_has_none(toolkit: Toolkit) -> None:
    toolkit.answer = (200, {"users": [{"localId": "ada"}]})
    assert accounts.claims("ada") == {}


def test_no_account_is_not_found(toolkit: Toolkit) -> None:
    with pytest.raises(errors.NotFound):
        accounts.claims("ada")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_is_away_is_unavailable(toolkit: Toolkit, status: int) -> None:
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
def test_what_is_no_answer_of_the_api_is_unavailable(
    toolkit: Toolkit, answer: tuple[int, Any]
) -> None:
    toolkit.answer = answer
    with pytest.raises(errors.Unavailable):
        accounts.claims("ada")


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_that_is_cut_off_is_unavailable(toolkit: Toolkit, status: int) -> None:
    toolkit.answer, toolkit.promised = (status, {"users": []}), 1000
    with pytest.raises(errors.Unavailable):
        accounts.claims("ada")


@pytest.mark.parametrize("error", [exceptions.TransportError, exceptions.RefreshError])
def test_no_access_token_is_unavailable(
    toolkit: Toolkit, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuse(_self: Identity, _request: Any) -> None:
        raise error("no metadata server")

    monkeypatch.setattr(Identity, "refresh", refuse)
    with pytest.raises(errors.Unavailable):
        accounts.claims("ada")
    assert toolkit.asked == []


@pytest.mark.parametrize("message", ["USER_NOT_FOUND", "USER_NOT_FOUND : gone meanwhile"])
def test_an_account_that_went_away_is_not_found(toolkit: Toolkit, message: str) -> None:
    toolkit.answer = (400, {"error": {"code": 400, "message": message}})
    with pytest.raises(errors.NotFound):
        accounts.set_claims("ada", {"roles": []})


def test_nobody_there_is_unavailable(toolkit: Toolkit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_BASE", "http://127.0.0.1:9")
    with pytest.raises(errors.Unavailable):
        accounts.set_claims("ada", {})


def test_a_refusal_is_our_bug_and_says_why(toolkit: Toolkit) -> None:
    toolkit.answer = (403, {"error": {"message": "PERMISSION_DENIED"}})
    with pytest.raises(RuntimeError, match="PERMISSION_DENIED"):
        accounts.claims("ada")


def test_a_thousand_characters_fit_and_one_more_does_not(toolkit: Toolkit) -> None:
    note = "x" * (accounts.MAX_CLAIMS - len('{"note":""}'))
    accounts.set_claims("ada", {"note": note})
    with pytest.raises(errors.Conflict):
        accounts.set_claims("ada", {"note": note + "x"})
    assert len(toolkit.asked) == 1
