"""Signs in to a deployment and calls its `/v1/admin` API."""

import os
from pathlib import Path
from typing import Any

import httpx

from ops.errors import OpsError

TIMEOUT_SECONDS = 130


def connect(url: str | None, token: str | None, state: Path | None) -> httpx.Client:
    """Return a signed-in client for the deployment at `url`, or else for the local cloud."""
    if url is None:
        from ops import local_cloud  # noqa: PLC0415 - production needs no emulators

        url, own_token = local_cloud.sign_in(state)
        token = token or own_token
    else:
        token = token or os.environ.get("SAVEPOINT_TOKEN")
    if not token:
        raise OpsError("Give an admin's ID token with --token or in SAVEPOINT_TOKEN.")
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS)


def call(client: httpx.Client, method: str, path: str, **request: Any) -> Any:
    """Return the response's JSON; raise OpsError with the details if the response is an error."""
    try:
        response = client.request(method, f"/v1/admin/{path}", **request)
    except httpx.HTTPError as error:
        raise OpsError(f"{client.base_url} does not answer: {error}") from None
    try:
        body: Any = response.json() if response.content else None
    except ValueError:
        text = response.text[:200]
        raise OpsError(f"{response.status_code} from {response.url}: {text}") from None
    if response.is_error:
        raise OpsError(f"{response.status_code} {body.get('title')}: {body.get('detail')}")
    return body
