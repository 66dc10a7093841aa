"""Settings are complete, or one error names all that are missing; no secret has a default."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from shared.runtime import events, http, objects, settings
from shared.runtime.manifest import Objects
from shared.runtime.settings import MissingSettings
from tests.shared.runtime.unit.edge import folder

REQUIRED = ["GOOGLE_CLOUD_PROJECT", "PUBLIC_URL", "TRUSTED_ISSUERS"]
OBJECTS = {
    "OBJECTS_ENDPOINT": "http://127.0.0.1:1",
    "OBJECTS_KEY_ID": "id",
    "OBJECTS_SECRET": "hunter2",
    "OBJECTS_ARTIFACTS_BUCKET": "a",
    "OBJECTS_PUBLIC_BUCKET": "b",
}
PUBLIC_URL = "OBJECTS_PUBLIC_URL"
SIGNING = [Objects(public="rw"), Objects(artifacts="r"), Objects(artifacts="rw", public="r")]
CLOUD_SQL = ["SQL_INSTANCE", "SQL_USER", "SQL_DATABASE"]


def test_all_missing_settings_are_named_in_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in REQUIRED:
        monkeypatch.delenv(name)
    with pytest.raises(MissingSettings) as raised:
        settings.check(uses_sql=True)
    assert all(name in str(raised.value) for name in [*REQUIRED, "SQL_URL", *CLOUD_SQL])
    with pytest.raises(MissingSettings) as raised:
        settings.check(uses_sql=False)
    assert all(name in str(raised.value) for name in REQUIRED)
    assert "SQL" not in str(raised.value)


@pytest.mark.parametrize("name", REQUIRED)
def test_an_empty_setting_is_missing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    with pytest.raises(MissingSettings) as raised:
        settings.check(uses_sql=False)
    assert name in str(raised.value)
    assert not any(other in str(raised.value) for other in REQUIRED if other != name)


def test_a_url_is_enough_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQL_URL", "mysql://u:p@127.0.0.1/d")
    settings.check(uses_sql=True)


@pytest.mark.parametrize("lacking", CLOUD_SQL)
def test_the_connector_needs_all_three(monkeypatch: pytest.MonkeyPatch, lacking: str) -> None:
    for name in CLOUD_SQL:
        monkeypatch.setenv(name, "x")
    settings.check(uses_sql=True)
    settings.reset()
    monkeypatch.delenv(lacking)
    with pytest.raises(MissingSettings) as raised:
        settings.sql()
    assert f"['{lacking}']" in str(raised.value)


@pytest.mark.parametrize(
    "text", ["no JSON", "{}x", '{"issuer": "a"}', '[{"issuer": "a"}]', "7", "[7]", '["a"]']
)
def test_invalid_issuers_are_found_at_startup(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TRUSTED_ISSUERS", text)
    with pytest.raises(MissingSettings, match="TRUSTED_ISSUERS must be"):
        settings.check(uses_sql=False)


@pytest.mark.parametrize("text", ["a minute", "-1", "1.5"])
def test_an_invalid_interval_is_found_at_startup(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", text)
    with pytest.raises(MissingSettings, match="OTEL_METRIC_EXPORT_INTERVAL must be"):
        settings.check(uses_sql=False)


@pytest.mark.parametrize("buckets", SIGNING)
@pytest.mark.parametrize("lacking", OBJECTS)
def test_the_object_store_needs_all_but_its_region(
    monkeypatch: pytest.MonkeyPatch, lacking: str, buckets: Objects
) -> None:
    for name, value in OBJECTS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(PUBLIC_URL, "http://127.0.0.1:1/b")
    settings.check(uses_sql=False, buckets=buckets)
    assert settings.objects().region == "auto"
    settings.reset()
    monkeypatch.delenv(lacking)
    settings.check(uses_sql=False)
    with pytest.raises(MissingSettings, match=lacking) as raised:
        settings.check(uses_sql=False, buckets=buckets)
    assert "hunter2" not in str(raised.value)


def test_the_public_bucket_needs_a_url_and_no_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PUBLIC_URL, "http://127.0.0.1:1/b")
    settings.check(uses_sql=False, buckets=Objects(public="r"))
    assert objects.public_url("a b") == "http://127.0.0.1:1/b/a%20b"
    settings.reset()
    monkeypatch.delenv(PUBLIC_URL)
    with pytest.raises(MissingSettings, match=PUBLIC_URL) as raised:
        settings.check(uses_sql=False, buckets=Objects(public="r"))
    assert "OBJECTS_SECRET" not in str(raised.value)


def edge(entry_file: str) -> None:
    http.Api(entry_file).entry_point()


def trigger(entry_file: str) -> None:
    @events.on_schedule(entry_file)
    def main() -> None: ...


@pytest.mark.parametrize(
    ("serve", "kind"),
    [
        (edge, {"http": {"paths": ["/v1/a"], "caller": "public"}}),
        (trigger, {"schedule": "* * * * *"}),
    ],
)
def test_a_function_that_uses_the_store_does_not_start_without_its_settings(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[[str], None],
    kind: dict[str, Any],
) -> None:
    monkeypatch.setenv("K_SERVICE", "a")
    monkeypatch.delenv(PUBLIC_URL, raising=False)
    without, named = tmp_path / "without", tmp_path / "named"
    for one in (without, named):
        one.mkdir()
    serve(str(folder(without, trigger=kind)))
    with pytest.raises(MissingSettings, match=PUBLIC_URL):
        serve(str(folder(named, trigger=kind, stores={"objects": {"public": "r"}})))


def test_a_secret_is_not_shown_with_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in OBJECTS.items():
        monkeypatch.setenv(name, value)
    assert "hunter2" not in repr(settings.objects())


def test_only_operations_needs_the_consumers_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSUMER_URL", raising=False)
    settings.check(uses_sql=False)
    with pytest.raises(MissingSettings, match="CONSUMER_URL"):
        settings.operations()


def test_every_setting_is_described_and_no_secret_has_a_default() -> None:
    listed = [one for group in settings.GROUPS for one in fields(group)]
    assert len({one.metadata["env"] for one in listed}) == len(listed)
    assert all(one.metadata["help"] for one in listed)
    defaults = {one.metadata["env"]: one.metadata["default"] for one in listed}
    # A URL contains a password: no default, or an empty one for "not by URL".
    assert {name: value for name, value in defaults.items() if value} == {
        "TRACE_SAMPLE": "0.01",
        "OBJECTS_REGION": "auto",
        "OTEL_METRIC_EXPORT_INTERVAL": "50000",
        "OTEL_TRACES_EXPORTER": "otlp",
    }


def test_a_missing_setting_never_shows_the_others_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQL_INSTANCE", "p:r:hunter2")
    with pytest.raises(MissingSettings) as raised:
        settings.sql()
    assert "hunter2" not in str(raised.value)
