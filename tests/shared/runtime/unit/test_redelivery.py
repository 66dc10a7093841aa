"""A redrive is sent only to our own consumers."""

import urllib.request
from typing import Any

import pytest

from shared.runtime import redelivery, settings


@pytest.mark.parametrize("name", ["", "x@elsewhere.example/", "a/../b", "Upper", "a" * 27, "abc\n"])
def test_a_name_from_a_message_cannot_choose_another_host(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    requests: list[Any] = []
    monkeypatch.setattr(urllib.request, "urlopen", lambda *given, **_: requests.append(given))
    monkeypatch.setenv("CONSUMER_URL", "http://{function}.example/")
    settings.reset()
    answer = redelivery.post(name, {}, b"")
    settings.reset()
    assert (answer.status, requests) == (None, [])
    assert "not a valid consumer name" in answer.detail
