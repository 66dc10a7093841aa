"""Redrives an event by posting it again to the consumer that failed to handle it."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass

from shared.runtime import names, settings

TIMEOUT_SECONDS = 30
SHOWN_LENGTH = 2000
_ACCEPTED = range(200, 300)


@dataclass(frozen=True)
class Answer:
    """The consumer's response; `status` is None if the consumer could not be reached."""

    status: int | None
    detail: str

    @property
    def accepted(self) -> bool:
        """Whether the consumer has handled the event."""
        return self.status in _ACCEPTED


def post(consumer: str, headers: dict[str, str], body: bytes) -> Answer:
    """Post an event with its original headers and body, which include its event id."""
    # The name comes from a message, so it must not determine where our token is sent.
    if not names.is_function(consumer):
        return Answer(None, f"{consumer} is not a valid consumer name")
    template = settings.operations().consumer_url
    url = template.format(function=consumer, service=consumer.replace("_", "-"))
    sent = {**headers, names.REDRIVE_HEADER: "1"}
    try:
        if url.startswith("https://"):
            sent["Authorization"] = f"Bearer {_id_token(url)}"
        request = urllib.request.Request(url, body, sent, method="POST")  # noqa: S310  our setting
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return Answer(answer.status, "")
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _detail(error.read(SHOWN_LENGTH)))
    except OSError as error:
        return Answer(None, f"{consumer} cannot be reached: {error}")


def _detail(body: bytes) -> str:
    """Return a problem document's `detail`, or the text of any other body."""
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace")


def _id_token(audience: str) -> str:
    """Return a Google ID token for this function's service account, or raise OSError."""
    from google.auth import exceptions  # noqa: PLC0415  these needed only in the cloud
    from google.auth.transport.requests import Request  # noqa: PLC0415
    from google.oauth2 import id_token  # noqa: PLC0415

    try:
        token: str = id_token.fetch_id_token(Request(), audience)  # type: ignore[no-untyped-call]
    except exceptions.GoogleAuthError as error:
        raise OSError(f"cannot get an ID token: {error}") from error
    return token
