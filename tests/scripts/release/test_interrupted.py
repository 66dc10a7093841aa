"""Releases that are interrupted, repeated, held, undone or overtaken by another one."""

import json
import subprocess

import pytest

from scripts.release import ROOT, image, plan
from tests.scripts.release.conftest import HEAD, Fake
from tests.scripts.release.monitoring import GOOD, Monitoring
from tests.scripts.release.steps import age_records, deployed, do, released, state, write


def test_a_build_that_failed_its_smoke_test_is_released_on_retry(
    fake: Fake, monitoring: Monitoring
) -> None:
    for name in ("migrate", "pin", "apply", "grant"):
        do(fake, name)
    fake.change(failing=["jobs deploy smoke"])
    assert fake.step("smoke").returncode == 1
    age_records(fake)
    fake.change(failing=[], applies=[])
    released(fake, monitoring)
    assert fake.shares("catalog") == {"catalog-2": 100}
    assert state(fake) == ["begun", "done"]


def test_the_next_build_releases_reverted_functions_except_the_worse_one(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    assert fake.step("canary", **monitoring(GOOD | {"catalog-2": (1_000, 50, 50)})).returncode == 1
    age_records(fake)
    fake.change(applies=[])
    assert "catalog stays at catalog-1: catalog-2 was reverted." in deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    done = fake.step("promote")
    assert done.returncode == 1
    assert "promote --unjudged catalog" in done.stderr
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    assert state(fake) == ["back", "done"]


def test_an_interrupted_promotion_can_be_finished_or_undone(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    fake.change(failing=["update-traffic roll-up-sessions"])
    assert fake.step("promote").returncode == 1
    assert fake.shares("catalog") == {"catalog-2": 100}
    assert state(fake) == ["moving"]
    fake.change(failing=[])
    before = fake.read()
    do(fake, "promote")
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    fake.change(**before)
    do(fake, "rollback")
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-1": 100}
    assert state(fake) == ["undone"]


def test_a_promotion_completed_by_a_later_build_is_undone_entirely(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    fake.change(failing=["update-traffic roll-up-sessions"])
    assert fake.step("promote").returncode == 1
    fake.change(failing=[], applies=[])
    age_records(fake)
    released(fake, monitoring)
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    do(fake, "rollback")
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-1": 100}
    assert fake.step("rollback").returncode == 1


def test_an_interrupted_canary_is_fixed_by_the_next_build(fake: Fake) -> None:
    deployed(fake)
    services = fake.read()["services"]
    halves = [{"revisionName": f"catalog-{one}", "percent": 50} for one in (2, 1)]
    services["catalog"]["status"]["traffic"] = halves
    fake.change(services=services, applies=[])
    age_records(fake)
    do(fake, "migrate")
    do(fake, "pin")
    assert fake.shares("catalog") == {"catalog-1": 100}


@pytest.mark.parametrize(("status", "refused"), [("WORKING", True), ("FAILURE", False)])
def test_one_build_releases_at_a_time(fake: Fake, status: str, refused: bool) -> None:
    fake.change(builds={"first": status})
    do(fake, "migrate", BUILD_ID="first")
    do(fake, "migrate", BUILD_ID="first")
    age_records(fake)
    fake.ran()
    done = fake.step("migrate", BUILD_ID="second")
    assert done.returncode == refused
    assert any("jobs execute" in one for one in fake.ran()) != refused
    if refused:
        assert "Build first is releasing" in done.stderr
        assert fake.step("rollback").returncode == 1


def test_traffic_moved_by_hand_to_an_unknown_revision_stops_the_next_build(
    fake: Fake, monitoring: Monitoring
) -> None:
    released(fake, monitoring)
    services = fake.read()["services"]
    services["catalog"]["status"]["traffic"] = [{"revisionName": "catalog-0", "percent": 100}]
    fake.change(services=services)
    for name in ("plan", "migrate"):
        done = fake.step(name)
        assert done.returncode == 1
        assert "catalog serves catalog-0, which is in no recorded release" in done.stderr
        assert "catalog-2" in done.stderr
    assert not any("jobs execute" in one for one in fake.ran())


def test_rights_of_an_older_revision_are_kept_while_it_serves(
    fake: Fake, monitoring: Monitoring
) -> None:
    released(fake, monitoring)
    age_records(fake)
    parent = subprocess.check_output(["git", "rev-parse", "HEAD~1"], cwd=ROOT, text=True).strip()
    address, text = next(iter(fake.read()["objects"].items()))
    record = json.loads(text)
    record["made"]["catalog"]["catalog-2"]["commit"] = parent
    record["made"]["catalog"]["catalog-2"]["job"] = "images/migrate:older"
    fake.change(objects={address: json.dumps(record)})
    do(fake, "plan")
    assert (plan.RELEASED / "functions/catalog/function.yaml").is_file()
    assert "/v1/games" in (plan.RELEASED / plan.CONTRACT).read_text()
    assert (plan.RELEASED / plan.INDEXES).is_file()
    assert any(f"-var=released={plan.RELEASED}" in one for one in fake.ran())
    done = do(fake, "migrate")
    for commit in (parent, HEAD):
        assert f"scripts.checks.migration_guard --released={commit}" in done
    assert not any("--args=revoke" in one for one in fake.ran())


def three_releases(fake: Fake, monitoring: Monitoring) -> None:
    """Two complete releases, and the migrations of a third one."""
    released(fake, monitoring)
    for number in (2, 3):
        age_records(fake)
        image.FILE.write_text(f"images/migrate:{number}")
        write(fake, f"code {number}", "catalog")
        if number == 2:
            deployed(fake)
            do(fake, "canary", **monitoring({"catalog-3": (1_000, 0, 50)}))
            do(fake, "promote")
    do(fake, "migrate")


def test_rolling_back_past_a_failed_build_needs_a_flag_and_restores_rights(
    fake: Fake, monitoring: Monitoring
) -> None:
    three_releases(fake, monitoring)
    done = fake.step("rollback")
    assert done.returncode == 1
    assert "--anyway" in done.stderr
    fake.ran()
    do(fake, "rollback", "--anyway")
    ran = [one for one in fake.ran() if "run jobs" in one or "update-traffic" in one]
    assert ["--image=images/migrate:first" in ran[0], "--args=grant" in ran[1]] == [True, True]
    assert "catalog-2=100" in ran[2]
    assert state(fake) == ["done", "undone", "begun"]


def test_the_next_build_after_a_rollback_knows_which_revisions_are_held_back(
    fake: Fake, monitoring: Monitoring
) -> None:
    three_releases(fake, monitoring)
    for name in ("pin", "apply", "grant", "smoke"):
        do(fake, name)
    do(fake, "rollback", "--anyway")
    assert fake.shares("catalog") == {"catalog-2": 100}
    age_records(fake)
    write(fake, "code 2", "catalog")  # the third is reverted, the bad second is not
    assert "catalog stays at catalog-2: catalog-5 was reverted." in deployed(fake)


def test_a_rollback_skips_a_build_without_changes(fake: Fake, monitoring: Monitoring) -> None:
    released(fake, monitoring)
    age_records(fake)
    fake.change(applies=[])
    deployed(fake)
    do(fake, "canary")
    do(fake, "promote")
    assert fake.step("rollback").returncode == 1
    do(fake, "rollback", "--anyway")
    assert fake.shares("catalog") == {"catalog-1": 100}


def test_a_manual_promotion_can_be_rolled_back(fake: Fake, monitoring: Monitoring) -> None:
    deployed(fake)
    assert fake.step("canary", **monitoring(GOOD | {"catalog-2": (1_000, 50, 50)})).returncode == 1
    do(fake, "promote", "--unjudged", "catalog")
    assert fake.shares("catalog") == {"catalog-2": 100}
    do(fake, "rollback", "catalog")
    assert fake.shares("catalog") == {"catalog-1": 100}
    do(fake, "promote", "--unjudged", "catalog")
    do(fake, "rollback")
    assert fake.shares("catalog") == {"catalog-1": 100}


def test_a_revision_without_a_smoke_test_is_not_promoted(
    fake: Fake, monitoring: Monitoring
) -> None:
    released(fake, monitoring)
    age_records(fake)
    write(fake, "new", "catalog")
    for name in ("migrate", "pin", "apply"):
        do(fake, name)
    done = fake.step("promote", "--unjudged", "catalog")
    assert done.returncode == 1
    assert "passed no smoke test" in done.stderr
    assert fake.shares("catalog") == {"catalog-2": 100}


@pytest.mark.parametrize("step", ["pin", "smoke", "canary", "promote"])
def test_a_reverted_release_cannot_be_continued_by_hand(
    fake: Fake, monitoring: Monitoring, step: str
) -> None:
    deployed(fake)
    assert fake.step("canary", **monitoring(GOOD | {"catalog-2": (1_000, 50, 50)})).returncode == 1
    done = fake.step(step)
    assert done.returncode == 1
    assert "was reverted" in done.stderr
    assert fake.step(step, COMMIT_SHA="another").returncode == 1
    assert fake.shares("catalog") == {"catalog-1": 100}


def test_a_record_of_other_code_is_reported(fake: Fake) -> None:
    do(fake, "migrate")
    (address,) = fake.read()["objects"]
    fake.change(objects={address: json.dumps({"commit": HEAD, "phase": "moon"})})
    done = fake.step("migrate")
    assert done.returncode == 1
    assert "use newer code" in done.stderr
