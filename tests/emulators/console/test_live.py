"""A look that fails costs itself only."""

import asyncio
import contextlib

import pytest

from emulators.console.live import _every


def test_a_failed_look_is_said_once_and_followed_by_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    looks: list[int] = []

    async def look() -> None:
        looks.append(1)
        if len(looks) < 3:
            raise RecursionError("too deep")
        if len(looks) == 5:
            raise asyncio.CancelledError

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_every(0, look))
    assert len(looks) == 5
    assert capsys.readouterr().out.count("looks again") == 1
