"""Callers are identified by tokens from trusted issuers, whose keys are fetched rarely."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest

from shared.runtime import errors, identity, settings
from shared.runtime.identity import Principal
from tests.shared.runtime import issuer as issuers
from tests.shared.runtime.conftest import Lines
from tests.shared.runtime.issuer import Issuer

NOW = int(time.time())
DAY = 86_400
"""Longer than all the tests take: a time ahead must be one when its turn comes."""


def principal_of(token: str) -> Principal:
    return asyncio.run(identity.authenticate(f"Bearer {token}"))


def refusal(authorization: str | None) -> str:
    """Return why a header is refused; the error must be a 401."""
    with pytest.raises(errors.Unauthenticated) as raised:
        asyncio.run(identity.authenticate(authorization))
    assert raised.value.headers == {"WWW-Authenticate": "Bearer"}
    return raised.value.detail


def advance_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Advance the clocks that `identity` reads."""
    wall, ticks = time.time, time.monotonic

    class LaterClock:
        time = staticmethod(lambda: wall() + seconds)
        monotonic = staticmethod(lambda: ticks() + seconds)

    monkeypatch.setattr(identity, "time", LaterClock)


def raw_token(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = (json.dumps(part).encode() for part in (header, claims))
    encoded = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, signature])


def test_a_valid_token_identifies_the_caller(issuer: Issuer) -> None:
    assert principal_of(issuer.token()) == Principal("ada", frozenset({"player"}))
    assert principal_of(issuer.token(aud=[issuers.AUDIENCE, "other"])).uid == "ada"


@pytest.mark.parametrize(
    ("claim", "roles"),
    [
        (["admin"], {"player", "admin"}),
        (["creator", "admin", "root"], {"player", "creator", "admin"}),
        ("admin", {"player"}),
        ({"admin": True}, {"player"}),
        ([["admin"], None, 7], {"player"}),
        (None, {"player"}),
    ],
)
def test_unknown_roles_are_ignored(issuer: Issuer, claim: Any, roles: set[str]) -> None:
    assert principal_of(issuer.token(roles=claim)).roles == roles


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "bearer", "Bearerx y", "token"]
)
def test_a_missing_bearer_token_is_refused(issuer: Issuer, header: str | None) -> None:
    assert "Bearer" in refusal(header)
    assert issuer.fetches == 0


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_case_insensitive(issuer: Issuer, scheme: str) -> None:
    token = issuer.token()
    assert asyncio.run(identity.authenticate(f"{scheme}  {token} ")).uid == "ada"


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", "..", "é.é.é", "null.null.null", "." * 5000, "W10.W10.x"],
)
def test_a_malformed_token_is_refused(issuer: Issuer, token: str) -> None:
    assert "not a JSON Web Token" in refusal(f"Bearer {token}")


def test_a_token_of_deep_json_is_refused(issuer: Issuer) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 2500).decode().rstrip("=")
    for token in (f"{deep}.e30.x", f"eyJhbGciOiJSUzI1NiJ9.{deep}.x"):
        refusal(f"Bearer {token}")


def test_a_huge_token_is_refused_before_it_is_read(issuer: Issuer) -> None:
    assert "too long" in refusal(f"Bearer {issuer.token(padding='x' * 10_000)}")
    assert issuer.fetches == 0


def test_a_signature_of_another_key_is_refused(issuer: Issuer) -> None:
    assert "does not verify" in refusal(f"Bearer {issuer.token('one', signed_by='two')}")


def test_a_changed_token_is_refused(issuer: Issuer) -> None:
    head, _, signature = issuer.token().split(".")
    _, claims, _ = issuer.token(sub="eve").split(".")
    assert "does not verify" in refusal(f"Bearer {head}.{claims}.{signature}")


def test_an_unsigned_token_is_refused(issuer: Issuer) -> None:
    for name in ("none", "None", "NONE", "nOnE", ""):
        token = raw_token({"alg": name, "kid": "one", "typ": "JWT"}, issuer.claims())
        refusal(f"Bearer {token}")


def test_the_public_key_is_not_a_shared_secret(issuer: Issuer) -> None:
    """HS256 with the public key as its secret."""
    for secret in (issuers.public_pem("one"), issuer.keys()):
        unsigned = raw_token({"alg": "HS256", "kid": "one", "typ": "JWT"}, issuer.claims())[:-1]
        digest = hmac.new(secret, unsigned.encode(), hashlib.sha256).digest()
        signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert "RS256" in refusal(f"Bearer {unsigned}.{signature}")


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_any_other_algorithm_is_refused(issuer: Issuer, algorithm: str) -> None:
    signed = jwt.encode(issuer.claims(), issuers.key("one"), algorithm, headers={"kid": "one"})
    assert "RS256" in refusal(f"Bearer {signed}")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": ...},
        {"aud": "another-project"},
        {"aud": ...},
        {"aud": []},
        {"exp": NOW - 60},
        {"exp": ...},
        {"exp": "soon"},
        {"iat": NOW + DAY},
        {"iat": ...},
        {"nbf": NOW + DAY},
        {"sub": ...},
        {"sub": ""},
        {"sub": 7},
        {"sub": None},
        {"sub": "a" * 129},
        {"sub": "a/stats/b"},
        {"sub": "ada "},
        {"sub": " ada"},
        {"sub": ".."},
        {"sub": "__ada__"},
        {"sub": "a\nb"},
    ],
)
def test_a_token_with_a_wrong_or_missing_claim_is_refused(
    issuer: Issuer, changes: dict[str, Any]
) -> None:
    refusal(f"Bearer {issuer.token(**changes)}")


def test_a_token_is_verified_only_with_its_own_issuers_keys(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with issuers.serving() as other:
        other.published = ["two"]
        both = json.loads(issuer.setting()) + json.loads(other.setting())
        monkeypatch.setenv("TRUSTED_ISSUERS", json.dumps(both))
        settings.reset()
        assert principal_of(issuer.token()).uid == principal_of(other.token("two")).uid == "ada"
        refusal(f"Bearer {issuer.token('one', iss=other.url)}")
        refusal(f"Bearer {other.token('two', iss=issuer.url)}")


def test_a_verified_token_is_cached_until_it_expires(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.token(exp=int(time.time()) + 300)
    assert principal_of(token).uid == "ada"

    def verified_again(*args: Any, **kwargs: Any) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(jwt, "decode", verified_again)
        assert principal_of(token).uid == "ada"
    with monkeypatch.context() as patch:
        advance_clock(patch, 400)
        patch.setattr(jwt, "decode", lambda *_a, **_k: (_ for _ in ()).throw(jwt.PyJWTError()))
        refusal(f"Bearer {token}")


def test_an_expired_token_is_not_cached(issuer: Issuer) -> None:
    """The leeway accepts it for some seconds; the cache must not extend that."""
    token = issuer.token(exp=int(time.time()) - 3)
    assert principal_of(token).uid == "ada"
    ((until, _),) = identity._verified.values()
    assert until < time.time()


def test_a_refused_token_is_not_cached(issuer: Issuer) -> None:
    refusal(f"Bearer {issuer.token(aud='other')}")
    assert not identity._verified


def test_the_token_cache_is_bounded(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "REMEMBERED_TOKENS", 3)
    for number in range(6):
        assert principal_of(issuer.token(sub=f"p{number}")).uid == f"p{number}"
    assert [principal.uid for _, principal in identity._verified.values()] == ["p3", "p4", "p5"]


def test_tokens_are_cached_by_digest_only(issuer: Issuer) -> None:
    token = issuer.token()
    principal_of(token)
    assert token not in str(identity._verified)


def test_concurrent_callers_fetch_the_keys_once(issuer: Issuer) -> None:
    tokens = [issuer.token(sub=f"p{number}") for number in range(20)]

    async def all_at_once() -> list[str]:
        found = await asyncio.gather(*(identity.authenticate(f"Bearer {one}") for one in tokens))
        return [principal.uid for principal in found]

    assert asyncio.run(all_at_once()) == [f"p{number}" for number in range(20)]
    assert issuer.fetches == 1


def test_the_event_loop_is_not_blocked_while_keys_are_fetched(issuer: Issuer) -> None:
    issuer.gate.clear()

    async def both() -> str:
        task = asyncio.create_task(identity.authenticate(f"Bearer {issuer.token()}"))
        await asyncio.to_thread(issuer.fetch_started.wait, 10)
        issuer.gate.set()
        return (await task).uid

    assert asyncio.run(both()) == "ada"


def test_a_cancelled_caller_does_not_cancel_the_fetch_for_others(issuer: Issuer) -> None:
    issuer.gate.clear()

    async def two() -> str:
        first = asyncio.create_task(identity.authenticate(f"Bearer {issuer.token()}"))
        second = asyncio.create_task(identity.authenticate(f"Bearer {issuer.token(sub='bob')}"))
        await asyncio.to_thread(issuer.fetch_started.wait, 10)
        first.cancel()
        issuer.gate.set()
        return (await second).uid

    assert asyncio.run(two()) == "bob"
    assert issuer.fetches == 1


def test_a_rotated_key_is_used_and_the_old_one_until_it_is_withdrawn(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal_of(issuer.token("one"))
    issuer.published = ["one", "two"]
    advance_clock(monkeypatch, identity.FETCH_EVERY_SECONDS + 1)
    assert principal_of(issuer.token("two", sub="bob")).uid == "bob"
    assert principal_of(issuer.token("one", sub="eve")).uid == "eve"
    assert issuer.fetches == 2
    issuer.published = ["two"]
    advance_clock(monkeypatch, identity.KEYS_KEPT_SECONDS + 60)
    refusal(f"Bearer {issuer.token('one', sub='mallory', exp=NOW + 9999)}")


def test_unknown_keys_refetch_the_set_at_most_once_per_pause(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal_of(issuer.token())
    for number in range(5):
        refusal(f"Bearer {issuer.token(f'unknown-{number}')}")
    assert issuer.fetches == 1
    advance_clock(monkeypatch, identity.FETCH_EVERY_SECONDS + 1)
    for number in range(5):
        refusal(f"Bearer {issuer.token(f'unknown-{number}')}")
    assert issuer.fetches == 2


@pytest.mark.parametrize("kid", ["", None, 7])
def test_a_token_without_a_key_id_is_refused(issuer: Issuer, kid: Any) -> None:
    header = {"alg": "RS256", "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    refusal(f"Bearer {raw_token(header, issuer.claims(), 'eA')}")


BROKEN = [
    (500, b"failed"),
    (200, b"no JSON"),
    (200, b"[]"),
    (200, b"{}"),
    (200, b'{"keys": []}'),
    (200, b'{"keys": [{"kty": "EC"}]}'),
    (200, b'{"keys": 7}'),
    (302, b""),
]


@pytest.mark.parametrize(("status", "raw"), BROKEN)
def test_missing_keys_are_503(issuer: Issuer, status: int, raw: bytes) -> None:
    issuer.status, issuer.raw = status, raw
    with pytest.raises(errors.Unavailable):
        principal_of(issuer.token())
    issuer.status, issuer.raw = 200, None
    assert principal_of(issuer.token()).uid == "ada"


@pytest.mark.parametrize(("status", "raw"), BROKEN)
def test_cached_keys_are_used_while_the_issuer_is_unavailable(
    issuer: Issuer, status: int, raw: bytes, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    principal_of(issuer.token())
    issuer.status, issuer.raw = status, raw
    advance_clock(monkeypatch, identity.KEYS_KEPT_SECONDS + 60)
    for name in ("bob", "eve", "joe"):
        assert principal_of(issuer.token(sub=name, exp=NOW + 9999)).uid == name
    assert issuer.fetches == 2, "an unavailable issuer is not queried for every token"
    assert "could not be fetched" in lines()[0]["message"]


def test_an_issuer_that_hangs_delays_callers_only_briefly(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "FETCH_TIMEOUT_SECONDS", 0.2)
    principal_of(issuer.token())
    issuer.gate.clear()
    advance_clock(monkeypatch, identity.KEYS_KEPT_SECONDS + 60)
    started = time.perf_counter()
    for name in ("bob", "eve", "joe"):
        assert principal_of(issuer.token(sub=name, exp=NOW + 9999)).uid == name
    assert time.perf_counter() - started < 2
    assert issuer.fetches == 2


def test_keys_are_fetched_over_https_or_from_this_machine_only() -> None:
    for url in ("http://issuer.example/jwks.json", "file:///etc/passwd", "ftp://127.0.0.1:1/"):
        with pytest.raises(ValueError, match="https only"):
            identity._fetch(url)
