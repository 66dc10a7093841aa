"""The estimate's arithmetic and sources, and that the documents match it."""

import itertools
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from scripts.bundling.imports import ROOT
from scripts.reference import estimate, estimate_plot
from scripts.reference.estimate import Assumptions, Model, Tiers
from shared.runtime import manifest

FUNCTIONS = manifest.discover([ROOT])
MODEL = estimate.read()
BENCHMARKS = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8").splitlines()

# One call per player per day, all players active, and a peak equal to the average.
SMALL = """
prices_of: 2026-11-24
players:
  daily: {value: 1, unit: of all, why: simple}
  monthly: {value: 1, unit: of all, why: simple}
  peak: {value: 1, unit: of the mean, why: simple}
figures:
  cpu: {value: 6000, unit: µs, why: simple}
  database: {value: 2000, unit: µs, why: simple}
flows:
  roll up:
    function: roll_up_sessions
    per_day: {value: 1, unit: a day, why: simple}
    cpu: [cpu]
    database: [database]
    wait_ms: {value: 0, unit: ms, why: simple}
    uses: {firestore_writes: 3, message_bytes: 1000, out_bytes: 500}
    why: simple
storage:
  row: {value: 100, unit: bytes, why: simple}
  rows_daily: {value: 1, unit: rows, why: simple}
  rows_new: {value: 10, unit: rows, why: simple}
  years: {value: 1, unit: years, why: simple}
"""


@pytest.fixture
def small() -> Model:
    given = yaml.safe_load(SMALL)
    for part in ("run", "limits", "prices", "tiers"):
        given[part] = yaml.safe_load(estimate.FILE.read_text(encoding="utf-8"))[part]
    return Model(Assumptions.model_validate(given), FUNCTIONS)


def test_one_daily_call_of_86400_players_is_one_per_second(small: Model) -> None:
    loads = small.loads(86_400)
    assert loads["Firestore writes"].used == pytest.approx(3)
    assert loads["Pub/Sub push bytes"].used == pytest.approx(1000)
    assert loads["Egress"].used == pytest.approx(4000)  # bits
    assert loads["SQL CPU"].used == pytest.approx(0.002)


def test_an_instance_is_full_at_60_percent_of_its_cpu(small: Model) -> None:
    # 6 ms at 60 % are 10 ms: 100 calls per second fill an instance.
    assert small.instances(86_400 * 100)["roll_up_sessions"] == pytest.approx(1)
    pool = FUNCTIONS["roll_up_sessions"].stores.sql
    assert pool is not None
    assert small.loads(86_400 * 100)["SQL connections"].used == 2 * pool.pool + 20
    assert small.loads(86_400 * 101)["SQL connections"].used == 4 * pool.pool + 20


def test_an_instance_is_full_when_all_its_threads_wait(small: Model) -> None:
    flow = small.assumed.flows["roll up"]
    waits = flow.model_copy(update={"wait_ms": flow.per_day.model_copy(update={"value": 394})})
    slow = Model(small.assumed.model_copy(update={"flows": {"roll up": waits}}), FUNCTIONS)
    # 400 ms in one of 4 threads: 10 calls per second fill an instance.
    assert slow.instances(86_400 * 10)["roll_up_sessions"] == pytest.approx(1)


def test_rows_accumulate(small: Model) -> None:
    assert small.sql_bytes(1000) == pytest.approx(1000 * (365 + 10) * 100)


def test_costs_without_tiers_grow_with_the_players() -> None:
    one, ten = MODEL.loads(4e6), MODEL.loads(40e6)
    for name in set(one) - {"SQL connections"}:
        assert ten[name].share == pytest.approx(10 * one[name].share)
    for name, cost in MODEL.costs(4e6).items():
        assert 0 < cost <= MODEL.costs(40e6)[name]
    assert MODEL.costs(40e6)["Pub/Sub"] == pytest.approx(10 * MODEL.costs(4e6)["Pub/Sub"])


def test_a_limit_is_reached_at_full_load() -> None:
    for name in MODEL.loads(1e6):
        at = MODEL.hit(name)
        assert MODEL.loads(at)[name].share >= 1
        assert MODEL.loads(at * 0.999)[name].share < 1
    first = min(MODEL.loads(1e6), key=MODEL.hit)
    assert f"**{first}" in estimate.verdict(MODEL)


@pytest.mark.parametrize(("amount", "paid"), [(0, 0), (10, 20), (15, 25), (100, 110), (150, 135)])
def test_each_tier_has_its_price(amount: float, paid: float) -> None:
    steps: list[tuple[float | None, float]] = [(10, 2), (100, 1), (None, 0.5)]
    assert estimate.tiered(amount, Tiers(unit="", page="", steps=steps)) == paid


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.04, "0.04"), (3.84, "3.8"), (38.4, "38"), (1440, "1.4 k"), (42e6, "42 M"), (9e11, "900 G")],
)
def test_numbers_are_short(number: float, text: str) -> None:
    assert estimate.short(number) == text


def test_each_number_has_a_source() -> None:
    assumed = MODEL.assumed
    figures = [assumed.players, assumed.figures, assumed.storage, assumed.run, assumed.limits]
    for part in (*figures, assumed.prices):
        for name, one in part.items():
            assert bool(one.why) + bool(one.row) + bool(one.page) == 1, name
            assert one.unit, name


def test_measured_numbers_are_in_the_benchmarks() -> None:
    measured = {name: one for name, one in MODEL.assumed.figures.items() if one.row}
    assert len(measured) > 5
    for name, one in measured.items():
        number = re.compile(rf"(?<![\d,.]){one.value:,.0f}(?![\d,])")
        rows = [line for line in BENCHMARKS if one.row in line and number.search(line)]
        assert rows, f"{name}: {one.value:,.0f} is in no row with {one.row!r}"


def test_flows_name_existing_functions_and_figures() -> None:
    text = estimate.FILE.read_text(encoding="utf-8")
    named = {name for flow in MODEL.assumed.flows.values() for name in (*flow.cpu, *flow.database)}
    assert named == set(MODEL.assumed.figures)
    for flow in MODEL.assumed.flows.values():
        assert flow.function is None or flow.function in FUNCTIONS
    with pytest.raises(ValidationError, match="guess"):
        Assumptions.model_validate({**yaml.safe_load(text), "guess": 1})


def test_every_number_is_used() -> None:
    code = (ROOT / "scripts/reference/estimate.py").read_text(encoding="utf-8")
    assumed = MODEL.assumed
    parts = (assumed.players, assumed.storage, assumed.run, assumed.limits, assumed.prices)
    names = {name for part in (*parts, assumed.tiers) for name in part}
    names |= {use for flow in assumed.flows.values() for use in flow.uses}
    assert {name for name in names if f'"{name}"' not in code} == set()


def test_the_connection_limit_matches_terraform() -> None:
    variables = (ROOT / "terraform/variables.tf").read_text(encoding="utf-8")
    found = re.search(r'"sql_max_connections" \{.*?default\s*= (\d+)', variables, re.DOTALL)
    assert found
    assert MODEL.assumed.limits["SQL connections"].value == 0.8 * int(found[1])


def test_the_documents_are_current_and_the_picture_is_valid() -> None:
    generated = estimate.files(MODEL)
    stale = [path for path, text in generated.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `make estimate`"
    assert generated == estimate.files(estimate.read())
    ET.fromstring(generated[estimate.PICTURE])


def test_line_labels_do_not_overlap(tmp_path: Path) -> None:
    ends = estimate_plot._spread([100.0, 101.0, 100.0, 300.0])
    tops = sorted(ends)
    apart = [below - above for above, below in itertools.pairwise(tops)]
    assert min(apart) >= estimate_plot.APART
    assert ends[3] == 300
