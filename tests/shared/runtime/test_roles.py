"""The manifest and the parameters determine who may call, and no token is ever logged."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.runtime import http
from shared.runtime.identity import Admin, Creator, Player, Principal
from tests.shared.runtime.conftest import Lines
from tests.shared.runtime.issuer import Issuer
from tests.shared.runtime.unit.edge import ask, make


class GuardedApi:
    """An API whose manifest names a caller, with a path for each kind of parameter."""

    def __init__(self, folder: Path, caller: str) -> None:
        self.api = make(folder, trigger={"http": {"paths": ["/v1/things"], "caller": caller}})

        @self.api.get("/v1/things/open")
        async def anyone() -> None: ...

        if caller in {"public", "player"}:
            kinds: list[type[Principal]] = [Player, Creator, Admin]
            for kind in kinds:
                self._add(kind)

    def _add(self, kind: type[Principal]) -> None:
        @self.api.get(f"/v1/things/{kind.__name__.lower()}")
        async def one(who: kind) -> None:  # type: ignore[valid-type]
            caller: Any = who
            assert caller.uid == "ada"

    def status(self, path: str, token: str | None) -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return ask(self.api, "GET", f"/v1/things/{path}", headers).status


def test_the_manifest_and_the_parameter_determine_who_may_call(
    issuer: Issuer, tmp_path: Path
) -> None:
    player, creator, admin = (
        issuer.token(roles=roles) for roles in ([], ["creator"], ["creator", "admin"])
    )
    public = GuardedApi(tmp_path, "public")
    assert [public.status("open", token) for token in (None, "x", player)] == [200, 200, 200]
    assert [public.status("player", token) for token in (None, player, admin)] == [401, 200, 200]
    assert [public.status("creator", one) for one in (None, player, creator)] == [401, 403, 200]
    assert [public.status("admin", one) for one in (player, creator, admin)] == [403, 403, 200]


@pytest.mark.parametrize(
    ("caller", "statuses"),
    [("player", [401, 200, 200, 200]), ("creator", [401, 403, 200, 200]),
     ("admin", [401, 403, 403, 200])],
)  # fmt: skip
def test_the_manifest_alone_restricts_a_path(
    issuer: Issuer, tmp_path: Path, caller: str, statuses: list[int]
) -> None:
    tested = GuardedApi(tmp_path, caller)
    tokens = [None, *(issuer.token(roles=one) for one in ([], ["creator"], ["creator", "admin"]))]
    assert [tested.status("open", token) for token in tokens] == statuses


def test_the_caller_is_checked_before_the_request_is_parsed(issuer: Issuer, tmp_path: Path) -> None:
    api = make(tmp_path, trigger={"http": {"paths": ["/v1/things"], "caller": "player"}})

    @api.post("/v1/things")
    async def add(limit: int, page: http.Page[int]) -> None: ...

    answer = ask(api, "POST", "/v1/things?limit=x", body=b"no JSON")
    assert (answer.status, answer.json()["retry"]) == (401, "after-refresh")
    assert answer.header("www-authenticate") == "Bearer"


def test_no_token_is_logged(issuer: Issuer, tmp_path: Path, lines: Lines) -> None:
    """Whether it is valid, refused, or the handler fails."""
    api = make(tmp_path)

    @api.get("/v1/things")
    async def fail(player: Player) -> None:
        raise KeyError(player.uid)

    good, wrong = issuer.token(), issuer.token(aud="other")
    secret = "c2VjcmV0LXRva2Vu"
    for token in (good, wrong, secret, f"{secret}.{secret}.{secret}"):
        ask(api, "GET", f"/v1/things?access_token={token}", {"Authorization": f"Bearer {token}"})
    written = json.dumps(lines())
    assert written.count("httpRequest") == 4
    for token in (good, wrong, secret):
        for part in token.split("."):
            assert part not in written
