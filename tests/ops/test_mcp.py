"""The operator's tools over MCP, called by the SDK's client: from a fault to its redrive."""

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
class Tools:
    """A client of one server."""

    client: Client

    async def listed(self) -> dict[str, Any]:
        found = await self.client.list_tools()
        return {tool.name: tool for tool in found.tools}

    async def call(self, tool: str, **arguments: Any) -> Any:
        """Return a tool's result."""
        answer = await self.client.call_tool(tool, arguments)
        assert not answer.is_error, answer.content
        assert answer.structured_content is not None
        return answer.structured_content

    async def refused(self, tool: str, **arguments: Any) -> str:
        """Return the text of a tool's error."""
        answer = await self.client.call_tool(tool, arguments)
        assert answer.is_error
        return str(getattr(answer.content[0], "text", ""))


@asynccontextmanager
async def served(state: Path, *words: str) -> AsyncIterator[Tools]:
    """Run the server as an MCP client does, and connect to its standard streams."""
    arguments = ["-m", "ops", "mcp", "--state", str(state), *words]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, cwd=ROOT)
    with (state / "mcp.err").open("w") as errors:
        transport = stdio_client(parameters, errlog=errors)
        async with Client(transport, read_timeout_seconds=CALL_SECONDS) as client:
            yield Tools(client)


def run(state: Path, story: Callable[[Tools], Awaitable[None]], *words: str) -> None:
    """Run a story with the client of a new server."""

    async def connected() -> None:
        async with served(state, *words) as tools:
            await story(tools)

    anyio.run(connected)


@pytest.fixture
def fault(cloud: LocalCloud, firestore: Any, sql: Any, eventually: Any) -> str:
    """The key of a dead letter whose cause, `broken/{key}`, still exists."""
    key = uuid4().hex
    firestore.document(f"broken/{key}").set({})
    body = json.dumps({"key": key, "fails": "while_broken"}).encode()
    traceparent = f"00-{key}-00f067aa0ba902b7-01"
    cloud.publish("flaky-messages", body, traceparent=traceparent, **{"ce-id": key})
    query = "SELECT 1 FROM dead_letters WHERE event_id = %s"
    eventually(lambda: sql.exec_driver_sql(query, (key,)).all(), 120, "no dead letter")
    return key


async def letter_of(tools: Tools, key: str) -> dict[str, Any]:
    listed = await tools.call("dead_letters", consumer="flaky_message", limit=100)
    (mine,) = [one for one in listed["items"] if one["event_id"] == key]
    found: dict[str, Any] = await tools.call("dead_letter", dead_letter_id=mine["dead_letter_id"])
    return found


def test_the_cause_of_a_fault_is_found_and_its_event_redriven(
    cloud: LocalCloud, firestore: Any, fault: str
) -> None:
    async def story(tools: Tools) -> None:
        waiting = await tools.call("consumers")
        suspects = [one for one in waiting["items"] if one["open_dead_letters"]]
        assert "flaky_message" in [one["consumer"] for one in suspects]

        letter = await letter_of(tools, fault)
        assert letter["payload"] == {"key": fault, "fails": "while_broken"}
        assert "RuntimeError: the message says that it fails" in letter["reason"]
        assert "body" not in letter
        drawn = (await tools.call("trace", trace_id=letter["traceparent"]))["result"]
        assert f"broken/{fault}" in drawn
        assert "status=500" in drawn
        result = await tools.call(
            "logs", severity="ERROR", function="flaky_message", contains=fault
        )
        assert result["items"][-1]["trace"] == fault
        assert any("RuntimeError" in one.get("stack_trace", "") for one in result["items"])
        assert "Redrive" in (await tools.call("runbook", name="dead-letters"))["result"].title()

        letter_id = letter["dead_letter_id"]
        still = await tools.call("redrive", dead_letter_id=letter_id, confirm=letter_id)
        assert (still["state"], still["status"]) == ("open", 500)
        await anyio.to_thread.run_sync(firestore.document(f"broken/{fault}").delete)
        done = await tools.call("redrive", dead_letter_id=letter_id, confirm=letter_id)
        assert (done["state"], done["status"]) == ("redriven", 204)
        newest = (await tools.call("audit", limit=1))["items"][0]
        assert (newest["action"], newest["target"]) == ("dead_letter.redrive", letter_id)

    run(cloud.cloud.state, story, "--allow-writes")
    assert firestore.document(f"handled/{fault}").get().exists


def test_a_wrong_confirmation_changes_nothing(
    cloud: LocalCloud, firestore: Any, fault: str
) -> None:
    firestore.document(f"broken/{fault}").delete()

    async def story(tools: Tools) -> None:
        letter = await letter_of(tools, fault)
        letter_id = letter["dead_letter_id"]
        for tool, arguments in (
            ("redrive", {"dead_letter_id": letter_id, "confirm": "yes"}),
            ("redrive_consumer", {"consumer": "flaky_message", "confirm": letter_id}),
            ("pause", {"consumer": "clean_up", "reason": "a test", "confirm": "clean-up"}),
            ("resume", {"consumer": "clean_up", "confirm": ""}),
        ):
            result = await tools.refused(tool, **arguments)
            assert "Nothing was done: `confirm` must be the target" in result, tool
        assert "confirm" in await tools.refused("redrive", dead_letter_id=letter_id)
        assert (await letter_of(tools, fault))["state"] == "open"
        assert not any(
            one["consumer"] == "clean_up" and "paused" in one
            for one in (await tools.call("consumers"))["items"]
        )
        done = await tools.call(
            "redrive_consumer", consumer="flaky_message", confirm="flaky_message"
        )
        assert done["redriven"] >= 1
        assert (await tools.call("dead_letter", dead_letter_id=letter_id))["state"] == "redriven"

    run(cloud.cloud.state, story, "--allow-writes")


def test_a_consumer_is_paused_and_resumed(cloud: LocalCloud) -> None:
    name = "attach_unlisted_games"

    async def paused(tools: Tools) -> str | None:
        listed = {one["consumer"]: one for one in (await tools.call("consumers"))["items"]}
        reason: str | None = listed.get(name, {}).get("paused", {}).get("reason")
        return reason

    async def story(tools: Tools) -> None:
        await tools.call("pause", consumer=name, reason="a test", confirm=name)
        assert await paused(tools) == "a test"
        await tools.call("resume", consumer=name, confirm=name)
        assert await paused(tools) is None

    run(cloud.cloud.state, story, "--allow-writes")


def test_write_tools_need_the_option(cloud: LocalCloud) -> None:
    async def reading(tools: Tools) -> None:
        listed = await tools.listed()
        assert not WRITES & set(listed)
        assert all(one.annotations.read_only_hint for one in listed.values())
        result = await tools.refused("redrive", dead_letter_id="1", confirm="1")
        assert "Unknown tool" in result

    async def writing(tools: Tools) -> None:
        listed = await tools.listed()
        hinted = {name for name, one in listed.items() if one.annotations.destructive_hint}
        assert hinted == WRITES
        assert all("confirm" in listed[name].input_schema["required"] for name in WRITES)
        assert [name for name, one in listed.items() if not one.description] == []

    run(cloud.cloud.state, reading)
    run(cloud.cloud.state, writing, "--allow-writes")


def test_a_player_is_refused_with_a_reason(cloud: LocalCloud, player: Any) -> None:
    async def story(tools: Tools) -> None:
        for tool, arguments in (
            ("consumers", {}),
            ("dead_letters", {}),
            ("audit", {}),
            ("resume", {"consumer": "clean_up", "confirm": "clean_up"}),
        ):
            result = await tools.refused(tool, **arguments)
            assert "403 Forbidden: " in result, tool

    token = player().token
    run(cloud.cloud.state, story, "--allow-writes", "--token", token)
    run(cloud.cloud.state, story, "--allow-writes", "--token", token, "--url", cloud.url)


def test_logs_of_another_deployment_are_a_query(cloud: LocalCloud) -> None:
    async def story(tools: Tools) -> None:
        assert (await tools.call("consumers"))["outbox"]
        drawn = (await tools.call("trace", trace_id=f"00-{'ab' * 16}-{'c' * 16}-01"))["result"]
        assert drawn.endswith(f'trace:"traces/{"ab" * 16}"')
        result = await tools.call("logs", severity="ERROR", function="clean_up", contains='a "b"')
        assert result["elsewhere"].endswith(
            'severity>=ERROR AND jsonPayload.function="clean_up" AND SEARCH("a \\"b\\"")'
        )

    token = cloud.token("operator", ["admin"])
    run(cloud.cloud.state, story, "--url", cloud.url, "--token", token)


def test_without_a_cloud_errors_say_what_is_missing(tmp_path: Path) -> None:
    async def story(tools: Tools) -> None:
        assert "make run" in await tools.refused("consumers")
        assert "make run" in await tools.refused("objectives")
        assert "No trace" in await tools.refused("trace", trace_id="abcd")
        assert (await tools.call("logs"))["items"] == []
        titles = await tools.call("runbooks")
        assert titles["store-unavailable"] == "A store is unavailable"
        assert "dead-letters" in await tools.refused("runbook", name="../operations")
        assert "limit" in await tools.refused("dead_letters", limit=101)
        assert "pattern" in await tools.refused("dead_letter", dead_letter_id="1/../../audit")

    run(tmp_path, story)


def test_objectives_are_those_of_the_manifests(cloud: LocalCloud) -> None:
    async def story(tools: Tools) -> None:
        (one,) = (await tools.call("objectives", function="flaky_message"))["items"]
        assert (one["availability"], one["p99_ms"], one["timeout_s"]) == (0.9, 1000, 30)
        assert len((await tools.call("objectives"))["items"]) > 10

    run(cloud.cloud.state, story)


def test_standard_output_holds_only_the_protocol(tmp_path: Path) -> None:
    about = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    requests = [
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
        process.stdin.write("".join(json.dumps(one) + "\n" for one in requests))
        process.stdin.flush()
        responses = [json.loads(process.stdout.readline()) for _ in (1, 2)]
        process.stdin.close()
        assert process.stdout.read() == ""
        assert process.wait(CALL_SECONDS) == 0
    assert [one["id"] for one in responses] == [1, 2]
    assert "No local cloud" in responses[1]["result"]["content"][0]["text"]
