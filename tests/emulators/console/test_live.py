"""A failed poll does not stop the next one."""

import asyncio
import contextlib

import pytest

from emulators.console.live import _every


def test_a_failed_poll_is_logged_once_and_retried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    polls: list[int] = []

    async def poll() -> None:
        polls.append(1)
        if len(polls) < 3:
            raise RecursionError("too deep")
        if len(polls) == 5:
            raise asyncio.CancelledError

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_every(0, poll))
    assert len(polls) == 5
    assert capsys.readouterr().out.count("failed to poll") == 1
