"""A manifest is valid, or one sentence names the file and field that is not."""

from pathlib import Path

import pytest

from shared.runtime import manifest

GOOD = """
description: One sentence.
trigger:
  http: {paths: [/v1/games, /v1/tools], caller: public}
memory: 512Mi
cpu: 1
concurrency: 40
instances: {min: 0, max: 20}
timeout: 60
stores:
  sql: {pool: 4, tables: {games: r, play_intervals: rw}}
  documents: {collections: ["players/{uid}/stats"]}
topics: [sessions-reported]
objectives: {availability: 0.999, p99_ms: 300}
deprecations: [{path: /v1/old, since: 2026-01-01, sunset: 2027-01-01, link: "https://x.test"}]
"""
HTTP = "http: {paths: [/v1/games, /v1/tools], caller: public}"
RETRY = "retry: {max_attempts: 100, min_backoff: 10, max_backoff: 600}\n"


def write(root: Path, name: str, text: str, kind: str = "functions") -> Path:
    folder = root / kind / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "function.yaml").write_text(text)
    return folder


def test_a_complete_manifest_is_read(tmp_path: Path) -> None:
    found = manifest.load(write(tmp_path, "roll_up_sessions", GOOD))
    assert (found.name, found.service) == ("roll_up_sessions", "roll-up-sessions")
    assert found.trigger.kind == "http"
    assert found.stores.sql is not None
    assert found.stores.sql.tables == {"games": "r", "play_intervals": "rw"}
    assert (found.limits.body_bytes, found.limits.items) == (262144, 500)


@pytest.mark.parametrize(
    ("trigger", "schedule", "subscribed"),
    [
        ("topic: some-topic", None, "some-topic"),
        ('pull: {topic: some-topic, schedule: "* * * * *"}', "* * * * *", "some-topic"),
        ('schedule: "5 4 * * *"', "5 4 * * *", None),
        ('document: {path: "players/{uid}", event: written}', None, None),
    ],
)
def test_each_kind_of_trigger_is_read(
    tmp_path: Path, trigger: str, schedule: str | None, subscribed: str | None
) -> None:
    found = manifest.load(write(tmp_path, "one", GOOD.replace(HTTP, trigger) + RETRY))
    assert found.trigger.kind == trigger.split(":", maxsplit=1)[0]
    assert (found.schedule, found.subscribed) == (schedule, subscribed)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (HTTP, "topic: some-topic", "retry: is required for a topic trigger"),
        (HTTP, f'{HTTP}\n  schedule: "* * * * *"', "name exactly one of"),
        (HTTP, "{}", "name exactly one of"),
        ("caller: public", "caller: dog", "trigger.http.caller: .* (found 'dog')"),
        ("/v1/games", "/v1/games/", "trigger.http.paths.0: "),
        ("/v1/games", "'/v1/{id}'", "trigger.http.paths.0: "),
        ("/v1/games", "/_local/x", "trigger.http.paths: /_local is reserved for the local cloud"),
        ("memory: 512Mi", "", "memory: Field required"),
        ("memory: 512Mi", "memory: 512MB", "memory: "),
        ("cpu: 1", "cpu: 0.5", "concurrency: above 1 needs 1 cpu"),
        ("min: 0", "min: 21", "instances: min is larger than max"),
        ("games: r", "games: w", "stores.sql.tables.games: "),
        ("timeout: 60", "timeout: 60\nnonsense: 1", "nonsense: Extra inputs"),
        ("timeout: 60", "timeout: 60\nname: x", "name: is taken from the folder"),
        ("timeout: 60", f"timeout: 60\n{RETRY}", "retry: not allowed for an http trigger"),
        ("availability: 0.999", "availability: 1", "objectives.availability: "),
        ("timeout: 60", "timeout: [", "is not YAML"),
    ],
)
def test_an_invalid_field_is_named_in_one_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    folder = write(tmp_path, "one", GOOD.replace(old, new))
    with pytest.raises(manifest.ManifestError) as raised:
        manifest.load(folder)
    text = str(raised.value)
    assert text.startswith(f"{folder / 'function.yaml'}: ")
    assert text.endswith(".")
    assert "\n" not in text
    for part in expected.split(" .* "):
        assert part in text


def test_a_long_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(manifest.ManifestError, match="3 to 26 characters of a-z and _"):
        manifest.load(write(tmp_path, "a" * 27, GOOD))
    assert manifest.load(write(tmp_path, "a" * 26, GOOD)).name == "a" * 26


def test_a_missing_or_empty_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(manifest.ManifestError, match="is missing"):
        manifest.load(tmp_path)
    with pytest.raises(manifest.ManifestError, match="must contain a mapping"):
        manifest.load(write(tmp_path, "one", ""))


def test_functions_and_triggers_of_all_roots_are_found(tmp_path: Path) -> None:
    write(tmp_path / "a", "one", GOOD)
    write(tmp_path / "b", "two", GOOD.replace(HTTP, 'schedule: "* * * * *"'), "triggers")
    (tmp_path / "a/functions/__pycache__").mkdir()
    (tmp_path / "a/functions/empty").mkdir()
    assert list(manifest.discover([tmp_path / "a", tmp_path / "b"])) == ["one", "two"]


def test_no_two_functions_share_a_prefix_or_a_name(tmp_path: Path) -> None:
    write(tmp_path, "one", GOOD)
    write(tmp_path, "two", GOOD)
    with pytest.raises(manifest.ManifestError, match=r"/v1/games is owned by one\."):
        manifest.discover([tmp_path])
    write(tmp_path, "two", GOOD.replace("/v1/games", "/v1/games/new").replace("/v1/t", "/v1/u"))
    assert len(manifest.discover([tmp_path])) == 2
    write(tmp_path, "one", GOOD.replace(HTTP, 'schedule: "* * * * *"'), "triggers")
    with pytest.raises(manifest.ManifestError, match="the name one is taken by"):
        manifest.discover([tmp_path])


def test_code_without_a_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "functions/one").mkdir(parents=True)
    (tmp_path / "functions/one/main.py").touch()
    with pytest.raises(manifest.ManifestError, match="is missing"):
        manifest.discover([tmp_path])
