"""An identity issuer that a test controls: real keys, a real server, any claims."""

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "demo-runtime"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """Return the key with this name; generating one is slow, so tests share them."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str) -> bytes:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass
class Issuer:
    """Serves the keys named in `published`, or `raw` if that is set.

    gate: while cleared, responses wait. fetches: how often the keys were fetched.
    fetch_started: set by the first fetch.
    """

    url: str = ""
    published: list[str] = field(default_factory=lambda: ["one"])
    raw: bytes | None = None
    status: int = 200
    fetches: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    fetch_started: threading.Event = field(default_factory=threading.Event)

    def keys(self) -> bytes:
        if self.raw is not None:
            return self.raw
        found = [
            {
                **RSAAlgorithm.to_jwk(key(name).public_key(), as_dict=True),
                "kid": name,
                "alg": "RS256",
            }
            for name in self.published
        ]
        return json.dumps({"keys": found}).encode()

    def setting(self) -> str:
        """Return a value of TRUSTED_ISSUERS that trusts this issuer."""
        one = {"issuer": self.url, "audience": AUDIENCE, "jwks_url": f"{self.url}/jwks.json"}
        return json.dumps([one])

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return valid claims with some replaced; `...` removes one."""
        now = int(time.time())
        body = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 3600}
        return {name: value for name, value in (body | changes).items() if value is not ...}

    def token(self, kid: str = "one", *, signed_by: str = "", **changes: Any) -> str:
        signer = key(signed_by or kid)
        return jwt.encode(self.claims(**changes), signer, "RS256", headers={"kid": kid})


@contextlib.contextmanager
def serving() -> Iterator[Issuer]:
    """Run an issuer on the loopback address."""
    issuer = Issuer()
    issuer.gate.set()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.fetches += 1
            issuer.fetch_started.set()
            issuer.gate.wait(10)
            body = issuer.keys()
            with contextlib.suppress(OSError):  # the client may have timed out
                self.send_response(issuer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Log nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield issuer
        finally:
            issuer.gate.set()
            server.shutdown()
            thread.join()
