"""Tools that change data. Each call must give the target's name twice, as a confirmation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from ops.errors import OpsError
from ops.mcp.deployment import Deployment, Function, LetterId

SHOWN_FAILURES = 20
Confirm = Annotated[str, Field(description="the target's id or name, repeated")]


@dataclass(frozen=True)
class WriteTools:
    """The write tools of a deployment. MCP clients show each method's docstring."""

    deployment: Deployment

    def all(self) -> tuple[Callable[..., Any], ...]:
        """Return the write tools in listing order."""
        return self.redrive, self.redrive_consumer, self.pause, self.resume

    def redrive(self, dead_letter_id: LetterId, confirm: Confirm) -> dict[str, Any]:
        """Redrive a dead letter to its consumer, and return the consumer's response.

        Effects that the event has already had are not repeated. If the redrive fails, the dead
        letter stays open.
        """
        _check(dead_letter_id, confirm)
        return self._post(f"dead-letters/{dead_letter_id}/redrive")

    def redrive_consumer(self, consumer: Function, confirm: Confirm) -> dict[str, Any]:
        """Redrive all open dead letters of a consumer; stop if the consumer is unavailable."""
        _check(consumer, confirm)
        done, failed = self.deployment.redrive_all(consumer)
        return {"redriven": done, "still_open": len(failed), "failed": failed[:SHOWN_FAILURES]}

    def pause(
        self,
        consumer: Function,
        reason: Annotated[str, Field(min_length=1, max_length=500)],
        confirm: Confirm,
    ) -> dict[str, Any]:
        """Pause a consumer within 5 s.

        If the pause lasts more than about 16 hours, waiting events become dead letters.
        """
        _check(consumer, confirm)
        return self._post(f"consumers/{consumer}/pause", json={"reason": reason})

    def resume(self, consumer: Function, confirm: Confirm) -> dict[str, Any]:
        """Resume a paused consumer. Each waiting event is delivered at its next retry."""
        _check(consumer, confirm)
        return self._post(f"consumers/{consumer}/resume")

    def _post(self, path: str, **request: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.deployment.call("POST", path, **request)
        return result


def _check(target: str, confirm: str) -> None:
    if confirm != target:
        raise OpsError(
            f"Nothing was done: `confirm` must be the target, {target!r}; it was {confirm!r}."
        )
