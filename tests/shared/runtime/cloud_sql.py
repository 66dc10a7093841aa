"""A fake Cloud SQL instance: its Admin API, and a TLS front end before its database.

The Admin API issues client certificates signed by the fake's own authority. The front end accepts
only clients that have one, and talks to the database without TLS.
"""

import asyncio
import contextlib
import ipaddress
import random
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import credentials
from typing_extensions import override

INSTANCE = "demo-savepoint:europe-west1:main"
PROXY_PORT = 3307
"""The port that the connector always uses."""

LOGIN = "https://www.googleapis.com/auth/sqlservice.login"


def name_of(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


AUTHORITY = name_of("authority")


class Identity(credentials.Scoped, credentials.Credentials):
    """A service account whose tokens name the scopes they were issued for."""

    def __init__(self, scopes: tuple[str, ...] = ()) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._scopes = scopes

    @property
    @override
    def requires_scopes(self) -> bool:
        return not self._scopes

    @override
    def with_scopes(self, scopes: list[str], default_scopes: object = None) -> "Identity":
        return Identity(tuple(scopes))

    @override
    def refresh(self, request: object) -> None:
        self.token = f"token for {' '.join(self._scopes or ())}"
        self.expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)


def certificate(
    key: Any, authority: Any, lifetime: timedelta, *, is_authority: bool = False
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(AUTHORITY if is_authority else name_of("client"))
        .issuer_name(AUTHORITY)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + lifetime)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )


def pem(one: x509.Certificate) -> str:
    return one.public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class CloudSql:
    """The instance: its settings, and the requests and connections it received."""

    database: str
    folder: Path
    lifetime: timedelta = timedelta(hours=1)
    is_unavailable: bool = False
    tokens: list[str] = field(default_factory=list)
    login_tokens: list[str] = field(default_factory=list)
    issued: list[int] = field(default_factory=list)
    connected: list[int] = field(default_factory=list)
    address: str = ""
    endpoint: str = ""

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self.key.public_key()
        self.authority = certificate(public, self.key, timedelta(days=1), is_authority=True)
        # The port is fixed, so a random loopback address avoids conflicts.
        last = random.randrange(2, 2**16)
        self.address = str(ipaddress.IPv4Address("127.77.0.0") + last)

    async def connect_settings(self, request: web.Request) -> web.Response:
        self._note(request)
        return web.json_response(
            {
                "region": "europe-west1",
                "databaseVersion": "MYSQL_8_4",
                "ipAddresses": [{"type": "PRIVATE", "ipAddress": self.address}],
                "serverCaCert": {"cert": pem(self.authority)},
            }
        )

    async def generate_ephemeral_certificate(self, request: web.Request) -> web.Response:
        self._note(request)
        params = await request.json()
        self.login_tokens.append(params.get("access_token", ""))
        key = serialization.load_pem_public_key(params["public_key"].encode())
        made = certificate(key, self.key, self.lifetime)
        self.issued.append(made.serial_number)
        return web.json_response({"ephemeralCert": {"cert": pem(made)}})

    def _note(self, request: web.Request) -> None:
        if self.is_unavailable:
            raise web.HTTPTooManyRequests
        self.tokens.append(request.headers["Authorization"])

    def tls(self) -> ssl.SSLContext:
        key, chain = self.folder / "key.pem", self.folder / "chain.pem"
        key.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        chain.write_text(pem(self.authority))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        context.load_verify_locations(chain)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("ssl_object").getpeercert()
        self.connected.append(int(peer["serialNumber"], 16))
        parts = urlsplit(self.database)
        inner_reader, inner_writer = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()


async def serve(one: CloudSql, started: threading.Event, stop: asyncio.Event) -> None:
    app = web.Application()
    path = "/sql/v1beta4/projects/demo-savepoint/instances/main"
    app.router.add_get(f"{path}/connectSettings", one.connect_settings)
    app.router.add_post(f"{path}:generateEphemeralCert", one.generate_ephemeral_certificate)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}"
    front = await asyncio.start_server(one.accept, one.address, PROXY_PORT, ssl=one.tls())
    started.set()
    await stop.wait()
    front.close()
    await runner.cleanup()


@contextmanager
def running(database: str, folder: Path) -> Iterator[CloudSql]:
    """Run the fake in front of a database, in a thread with its own event loop."""
    one, started = CloudSql(database, folder), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(one, started, stop),))
    thread.start()
    try:
        assert started.wait(30)
        yield one
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
