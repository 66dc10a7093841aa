"""The operator's tools over MCP, asked by the SDK's own client: a fault is found and redriven."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import pytest
from mcp import Client, StdioServerParameters, stdio_client

from emulators.cloud.config import ROOT
from tests.support.local_cloud import LocalCloud

CALL_SECONDS = 60
WRITES = {"redrive", "redrive_consumer", "pause", "resume"}


@dataclass(frozen=True)
class Asked:
    """A client of one server."""

    client: Client

    async def tools(self) -> dict[str, Any]:
        listed = await self.client.list_tools()
        return {tool.name: tool for tool in listed.tools}

    async def ask(self, tool: str, **arguments: Any) -> Any:
        """Return what a tool answers."""
        answer = await self.client.call_tool(tool, arguments)
        assert not answer.is_error, answer.content
        assert answer.structured_content is not None
        return answer.structured_content

    async def refused(self, tool: str, **arguments: Any) -> str:
        """Return what a tool says when it refuses."""
        answer = await self.client.call_tool(tool, arguments)
        assert answer.is_error
        return str(getattr(answer.content[0], "text", ""))


@asynccontextmanager
async def served(state: Path, *words: str) -> AsyncIterator[Asked]:
    """Run the server as an MCP client does, and talk to it over its standard streams."""
    arguments = ["-m", "ops", "mcp", "--state", str(state), *words]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, cwd=ROOT)
    with (state / "mcp.err").open("w") as errors:
        transport = stdio_client(parameters, errlog=errors)
        async with Client(transport, read_timeout_seconds=CALL_SECONDS) as client:
            yield Asked(client)


def talk(state: Path, story: Callable[[Asked], Awaitable[None]], *words: str) -> None:
    """Run a story against a server of its own."""

    async def told() -> None:
        async with served(state, *words) as asked:
            await story(asked)

    anyio.run(told)


@pytest.fixture
def fault(cloud: LocalCloud, firestore: Any, sql: Any, eventually: Any) -> str:
    """The key of a message that died of a fault which is still there: `broken/{key}`."""
    key = uuid4().hex
    firestore.document(f"broken/{key}").set({})
    body = json.dumps({"key": key, "fails": "while_broken"}).encode()
    traceparent = f"00-{key}-00f067aa0ba902b7-01"
    cloud.publish("flaky-messages", body, traceparent=traceparent, **{"ce-id": key})
    query = "SELECT 1 FROM dead_letters WHERE event_id = %s"
    eventually(lambda: sql.exec_driver_sql(query, (key,)).all(), 120, "no dead letter")
    return key


async def letter_of(asked: Asked, key: str) -> dict[str, Any]:
    listed = await asked.ask("dead_letters", consumer="flaky_message", limit=100)
    (mine,) = [one for one in listed["items"] if one["event_id"] == key]
    found: dict[str, Any] = await asked.ask("dead_letter", dead_letter_id=mine["dead_letter_id"])
    return found


def test_the_cause_of_a_fault_is_found_and_its_event_redriven(
    cloud: LocalCloud, firestore: Any, fault: str
) -> None:
    async def story(asked: Asked) -> None:
        waiting = await asked.ask("consumers")
        suspects = [one for one in waiting["items"] if one["open_dead_letters"]]
        assert "flaky_message" in [one["consumer"] for one in suspects]

        letter = await letter_of(asked, fault)
        assert letter["payload"] == {"key": fault, "fails": "while_broken"}
        assert "RuntimeError: the message says that it fails" in letter["reason"]
        assert "body" not in letter
        drawn = (await asked.ask("trace", trace_id=letter["traceparent"]))["result"]
        assert f"broken/{fault}" in drawn
        assert "status=500" in drawn
        said = await asked.ask("logs", severity="ERROR", function="flaky_message", contains=fault)
        assert said["items"][-1]["trace"] == fault
        assert any("RuntimeError" in one.get("stack_trace", "") for one in said["items"])
        assert "Redrive" in (await asked.ask("runbook", name="dead-letters"))["result"].title()

        letter_id = letter["dead_letter_id"]
        still = await asked.ask("redrive", dead_letter_id=letter_id, confirm=letter_id)
        assert (still["state"], still["status"]) == ("open", 500)
        await anyio.to_thread.run_sync(firestore.document(f"broken/{fault}").delete)
        done = await asked.ask("redrive", dead_letter_id=letter_id, confirm=letter_id)
        assert (done["state"], done["status"]) == ("redriven", 204)
        newest = (await asked.ask("audit", limit=1))["items"][0]
        assert (newest["action"], newest["target"]) == ("dead_letter.redrive", letter_id)

    talk(cloud.cloud.state, story, "--allow-writes")
    assert firestore.document(f"handled/{fault}").get().exists


def test_a_wrong_confirmation_changes_nothing(
    cloud: LocalCloud, firestore: Any, fault: str
) -> None:
    firestore.document(f"broken/{fault}").delete()

    async def story(asked: Asked) -> None:
        letter = await letter_of(asked, fault)
        letter_id = letter["dead_letter_id"]
        for tool, wish in (
            ("redrive", {"dead_letter_id": letter_id, "confirm": "yes"}),
            ("redrive_consumer", {"consumer": "flaky_message", "confirm": letter_id}),
            ("pause", {"consumer": "clean_up", "reason": "a test", "confirm": "clean-up"}),
            ("resume", {"consumer": "clean_up", "confirm": ""}),
        ):
            said = await asked.refused(tool, **wish)
            assert "Nothing was done: `confirm` must be the target" in said, tool
        assert "confirm" in await asked.refused("redrive", dead_letter_id=letter_id)
        assert (await letter_of(asked, fault))["state"] == "open"
        assert not any(
            one["consumer"] == "clean_up" and "paused" in one
            for one in (await asked.ask("consumers"))["items"]
        )
        done = await asked.ask(
            "redrive_consumer", consumer="flaky_message", confirm="flaky_message"
        )
        assert done["redriven"] >= 1
        assert (await asked.ask("dead_letter", dead_letter_id=letter_id))["state"] == "redriven"

    talk(cloud.cloud.state, story, "--allow-writes")


def test_a_consumer_is_paused_and_works_again(cloud: LocalCloud) -> None:
    name = "attach_unlisted_games"

    async def paused(asked: Asked) -> str | None:
        listed = {one["consumer"]: one for one in (await asked.ask("consumers"))["items"]}
        reason: str | None = listed.get(name, {}).get("paused", {}).get("reason")
        return reason

    async def story(asked: Asked) -> None:
        await asked.ask("pause", consumer=name, reason="a test", confirm=name)
        assert await paused(asked) == "a test"
        await asked.ask("resume", consumer=name, confirm=name)
        assert await paused(asked) is None

    talk(cloud.cloud.state, story, "--allow-writes")


def test_without_leave_there_is_nothing_that_writes(cloud: LocalCloud) -> None:
    async def reading(asked: Asked) -> None:
        tools = await asked.tools()
        assert not WRITES & set(tools)
        assert all(one.annotations.read_only_hint for one in tools.values())
        said = await asked.refused("redrive", dead_letter_id="1", confirm="1")
        assert "Unknown tool" in said

    async def writing(asked: Asked) -> None:
        tools = await asked.tools()
        hinted = {name for name, one in tools.items() if one.annotations.destructive_hint}
        assert hinted == WRITES
        assert all("confirm" in tools[name].input_schema["required"] for name in WRITES)
        assert [name for name, one in tools.items() if not one.description] == []

    talk(cloud.cloud.state, reading)
    talk(cloud.cloud.state, writing, "--allow-writes")


def test_a_player_is_refused_in_words(cloud: LocalCloud, player: Any) -> None:
    async def story(asked: Asked) -> None:
        for tool, arguments in (
            ("consumers", {}),
            ("dead_letters", {}),
            ("audit", {}),
            ("resume", {"consumer": "clean_up", "confirm": "clean_up"}),
        ):
            said = await asked.refused(tool, **arguments)
            assert "403 Not allowed: " in said, tool

    token = player().token
    talk(cloud.cloud.state, story, "--allow-writes", "--token", token)
    talk(cloud.cloud.state, story, "--allow-writes", "--token", token, "--url", cloud.url)


def test_another_deployments_logs_are_where_it_says(cloud: LocalCloud) -> None:
    async def story(asked: Asked) -> None:
        assert (await asked.ask("consumers"))["outbox"]
        drawn = (await asked.ask("trace", trace_id=f"00-{'ab' * 16}-{'c' * 16}-01"))["result"]
        assert drawn.endswith(f'trace:"traces/{"ab" * 16}"')
        said = await asked.ask("logs", severity="ERROR", function="clean_up", contains='a "b"')
        assert said["elsewhere"].endswith(
            'severity>=ERROR AND jsonPayload.function="clean_up" AND SEARCH("a \\"b\\"")'
        )

    token = cloud.token("operator", ["admin"])
    talk(cloud.cloud.state, story, "--url", cloud.url, "--token", token)


def test_what_needs_no_cloud_is_known_and_the_rest_says_what_is_missing(tmp_path: Path) -> None:
    async def story(asked: Asked) -> None:
        assert "make run" in await asked.refused("consumers")
        assert "make run" in await asked.refused("objectives")
        assert "No trace" in await asked.refused("trace", trace_id="abcd")
        assert (await asked.ask("logs"))["items"] == []
        titles = await asked.ask("runbooks")
        assert titles["store-unavailable"] == "A store is unavailable"
        assert "dead-letters" in await asked.refused("runbook", name="../operations")
        assert "limit" in await asked.refused("dead_letters", limit=101)
        assert "pattern" in await asked.refused("dead_letter", dead_letter_id="1/../../audit")

    talk(tmp_path, story)


def test_promises_are_those_of_the_manifests(cloud: LocalCloud) -> None:
    async def story(asked: Asked) -> None:
        (one,) = (await asked.ask("objectives", function="flaky_message"))["items"]
        assert (one["availability"], one["p99_ms"], one["timeout_s"]) == (0.9, 1000, 30)
        assert len((await asked.ask("objectives"))["items"]) > 10

    talk(cloud.cloud.state, story)


def test_standard_output_holds_the_protocol_and_nothing_else(tmp_path: Path) -> None:
    about = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    asked = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "consumers"}},
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "ops", "mcp", "--state", str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    with process:
        process.stdin.write("".join(json.dumps(one) + "\n" for one in asked))
        process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for _ in (1, 2)]
        process.stdin.close()
        assert process.stdout.read() == ""
        assert process.wait(CALL_SECONDS) == 0
    assert [one["id"] for one in told] == [1, 2]
    assert "No local cloud" in told[1]["result"]["content"][0]["text"]
