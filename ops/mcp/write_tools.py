"""What an operator may change, once it was allowed; each wish names its target twice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from emulators.cloud.config import CloudError
from ops.mcp.deployment import Function, LetterId, Place

SHOWN_FAILURES = 20
Confirm = Annotated[str, Field(description="the very id or name of the target, once more")]


@dataclass(frozen=True)
class Writes:
    """The changing tools of one deployment; each method's docstring is what the caller reads."""

    place: Place

    def all(self) -> tuple[Callable[..., Any], ...]:
        """Return the tools in the order in which they are listed."""
        return self.redrive, self.redrive_consumer, self.pause, self.resume

    def redrive(self, dead_letter_id: LetterId, confirm: Confirm) -> dict[str, Any]:
        """Post one dead letter to its consumer again, and tell what that said.

        What the event did already is not done twice. It stays open when it fails again.
        """
        _confirmed(dead_letter_id, confirm)
        told: dict[str, Any] = self.place.ask("POST", f"dead-letters/{dead_letter_id}/redrive")
        return told

    def redrive_consumer(self, consumer: Function, confirm: Confirm) -> dict[str, Any]:
        """Post all open dead letters of one consumer to it again; stop when it is away."""
        _confirmed(consumer, confirm)
        done, failed = self.place.redrive_all(consumer)
        return {"redriven": done, "still_open": len(failed), "failed": failed[:SHOWN_FAILURES]}

    def pause(
        self,
        consumer: Function,
        reason: Annotated[str, Field(min_length=1, max_length=500)],
        confirm: Confirm,
    ) -> dict[str, Any]:
        """Stop a consumer within 5 s: its events wait, some 16 hours, then become dead letters."""
        _confirmed(consumer, confirm)
        path = f"consumers/{consumer}/pause"
        told: dict[str, Any] = self.place.ask("POST", path, json={"reason": reason})
        return told

    def resume(self, consumer: Function, confirm: Confirm) -> dict[str, Any]:
        """Let a paused consumer work again; what waited comes with its next retry."""
        _confirmed(consumer, confirm)
        told: dict[str, Any] = self.place.ask("POST", f"consumers/{consumer}/resume")
        return told


def _confirmed(target: str, confirm: str) -> None:
    if confirm != target:
        raise CloudError(
            f"Nothing was done: `confirm` must be the target, {target!r}; it was {confirm!r}."
        )
