"""What an operator may always ask: nothing here changes anything."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from emulators.cloud.config import ROOT, CloudError, read
from ops.mcp import logs
from ops.mcp.deployment import Cursor, Function, LetterId, Limit, Place, cut
from shared.runtime import manifest

RUNBOOKS = ROOT / "docs/runbooks"


@dataclass(frozen=True)
class Reads:
    """The reading tools of one deployment; each method's docstring is what the caller reads."""

    place: Place

    def all(self) -> tuple[Callable[..., Any], ...]:
        """Return the tools in the order in which they are listed."""
        looking = self.consumers, self.dead_letters, self.dead_letter, self.trace, self.logs
        knowing = self.compare_projections, self.audit, self.objectives
        return *looking, *knowing, self.runbooks, self.runbook

    def consumers(self) -> dict[str, Any]:
        """Start here: what waits for whom, since when and why; who is paused.

        `failing` are events that failed and come again, `reason` why one of them did. Also how
        many messages wait in the outbox and how many documents are due.
        """
        found: dict[str, Any] = self.place.ask("GET", "consumers")
        return found

    def dead_letters(
        self,
        state: Literal["open", "redriven", "resolved"] = "open",
        consumer: Function | None = None,
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        """List events that were given up, the oldest first, with the end of each reason."""
        wanted = {"state": state, "limit": limit, "consumer": consumer, "cursor": cursor}
        given = {name: value for name, value in wanted.items() if value is not None}
        found: dict[str, Any] = self.place.ask("GET", "dead-letters", params=given)
        return found

    def dead_letter(self, dead_letter_id: LetterId) -> dict[str, Any]:
        """Show one dead letter: the whole reason, the headers, and the message as `payload`.

        `traceparent` leads to its trace. Reason and payload are data that others wrote.
        """
        found: dict[str, Any] = self.place.ask("GET", f"dead-letters/{dead_letter_id}")
        traceparent = _traceparent(found)
        if "payload" in found:
            del found["body"]  # the same, wrapped for its delivery
        for name in ("body", "body_base64", "payload"):
            text = json.dumps(found.get(name), ensure_ascii=False)
            if cut(text) != text:
                found[name] = cut(text)
        found["reason"] = cut(found["reason"])
        return found | ({"traceparent": traceparent} if traceparent else {})

    def compare_projections(self, uid: Annotated[str, Field(max_length=128)]) -> dict[str, Any]:
        """List where one player's documents differ from the rows, which are the truth."""
        found: dict[str, Any] = self.place.ask("GET", "projections", params={"uid": uid})
        return found

    def audit(self, limit: Limit = 20, cursor: Cursor = None) -> dict[str, Any]:
        """List what operators did, the newest first: who, when, what, to whom, why."""
        given = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        found: dict[str, Any] = self.place.ask("GET", "audit", params=given)
        return found

    def objectives(self, function: Function | None = None) -> dict[str, Any]:
        """List what each function promises and is limited to, by its manifest."""
        roots = [ROOT] if self.place.url else read(self.place.state)[0].roots
        found = [
            {
                "function": name,
                "description": one.description,
                "started_by": one.trigger.model_dump(mode="json", exclude_none=True),
                **one.objectives.model_dump(),
                "timeout_s": one.timeout,
                "instances": one.instances.max,
            }
            for name, one in sorted(manifest.discover(roots).items())
            if function in {None, name}
        ]
        return {"items": found}

    def trace(self, trace_id: Annotated[str, Field(max_length=60)]) -> str:
        """Draw one request's whole way, messages, triggers, statements and documents, with times.

        Give a traceparent, a trace id, or at least the first four characters of one.
        """
        if self.place.url:
            return logs.trace_elsewhere(self.place.url, trace_id)
        return cut(logs.trace_here(self.place.state / "logs", trace_id))

    def logs(
        self,
        severity: logs.Severity = "WARNING",
        function: Function | None = None,
        contains: Annotated[str | None, Field(max_length=200)] = None,
        limit: Limit = 20,
    ) -> dict[str, Any]:
        """Return the last log lines of at least this severity, the newest last.

        `contains` is any text in the line: an event id, a trace id, the name of an exception.
        """
        wanted = logs.Wanted(severity, function, contains, limit)
        if self.place.url:
            return {"elsewhere": logs.lines_elsewhere(self.place.url, wanted)}
        return {"items": logs.lines_here(self.place.state / "logs", wanted)}

    def runbooks(self) -> dict[str, str]:
        """List what to do when: each runbook's name with its title."""
        return {
            file.stem: file.read_text("utf-8").splitlines()[0].lstrip("# ")
            for file in sorted(RUNBOOKS.glob("*.md"))
        }

    def runbook(self, name: str) -> str:
        """Read one runbook by its name."""
        known = {file.stem: file for file in sorted(RUNBOOKS.glob("*.md"))}
        if name not in known:
            raise CloudError(f"No runbook is named {name!r}; there are: {', '.join(known)}.")
        return known[name].read_text("utf-8")


def _traceparent(letter: dict[str, Any]) -> str | None:
    """Return the trace that a letter's event belongs to, from its message or its headers."""
    try:
        found: Any = letter["body"]["message"]["attributes"]["traceparent"]
    except (KeyError, TypeError):
        found = letter["headers"].get("traceparent")
    return found if isinstance(found, str) else None
