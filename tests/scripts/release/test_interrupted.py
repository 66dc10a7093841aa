"""Releases that are cut, repeated, held, undone or crossed by another one."""

import json
import subprocess

import pytest

from scripts.release import ROOT, image, plan
from tests.scripts.release.conftest import HEAD, Fake
from tests.scripts.release.monitoring import GOOD, Monitoring
from tests.scripts.release.steps import deployed, do, later, released, state, write


def test_a_build_that_failed_its_smoke_test_is_shipped_when_it_is_repeated(
    fake: Fake, monitoring: Monitoring
) -> None:
    for name in ("migrate", "pin", "apply", "grant"):
        do(fake, name)
    fake.change(failing=["jobs deploy smoke"])
    assert fake.step("smoke").returncode == 1
    later(fake)
    fake.change(failing=[], applies=[])
    released(fake, monitoring)
    assert fake.shares("catalog") == {"catalog-2": 100}
    assert state(fake) == ["begun", "done"]


def test_what_went_back_with_a_worse_one_is_shipped_by_the_next_build_and_the_worse_one_is_not(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    assert fake.step("canary", **monitoring(GOOD | {"catalog-2": (1_000, 50, 50)})).returncode == 1
    later(fake)
    fake.change(applies=[])
    assert "catalog stays at catalog-1: catalog-2 was reverted." in deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    done = fake.step("promote")
    assert done.returncode == 1
    assert "promote --unjudged catalog" in done.stderr
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    assert state(fake) == ["back", "done"]


def test_a_promotion_that_was_cut_is_finished_or_undone(fake: Fake, monitoring: Monitoring) -> None:
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


def test_a_promotion_that_a_later_build_completed_is_undone_whole(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    fake.change(failing=["update-traffic roll-up-sessions"])
    assert fake.step("promote").returncode == 1
    fake.change(failing=[], applies=[])
    later(fake)
    released(fake, monitoring)
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    do(fake, "rollback")
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-1": 100}
    assert fake.step("rollback").returncode == 1


def test_a_canary_that_was_cut_is_put_right_by_the_next_build(fake: Fake) -> None:
    deployed(fake)
    services = fake.read()["services"]
    halves = [{"revisionName": f"catalog-{one}", "percent": 50} for one in (2, 1)]
    services["catalog"]["status"]["traffic"] = halves
    fake.change(services=services, applies=[])
    later(fake)
    do(fake, "migrate")
    do(fake, "pin")
    assert fake.shares("catalog") == {"catalog-1": 100}


@pytest.mark.parametrize(("status", "refused"), [("WORKING", True), ("FAILURE", False)])
def test_one_build_releases_at_a_time(fake: Fake, status: str, refused: bool) -> None:
    fake.change(builds={"first": status})
    do(fake, "migrate", BUILD_ID="first")
    do(fake, "migrate", BUILD_ID="first")
    later(fake)
    fake.ran()
    done = fake.step("migrate", BUILD_ID="second")
    assert done.returncode == refused
    assert any("jobs execute" in one for one in fake.ran()) != refused
    if refused:
        assert "Build first is releasing" in done.stderr
        assert fake.step("rollback").returncode == 1


def test_a_function_that_was_moved_by_hand_to_what_nobody_knows_stops_the_next_build(
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


def test_what_an_older_revision_needs_is_compared_and_kept_while_it_serves(
    fake: Fake, monitoring: Monitoring
) -> None:
    released(fake, monitoring)
    later(fake)
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


def three(fake: Fake, monitoring: Monitoring) -> None:
    """Two releases that reached everyone, and the migrations of a third one."""
    released(fake, monitoring)
    for number in (2, 3):
        later(fake)
        image.FILE.write_text(f"images/migrate:{number}")
        write(fake, f"code {number}", "catalog")
        if number == 2:
            deployed(fake)
            do(fake, "canary", **monitoring({"catalog-3": (1_000, 0, 50)}))
            do(fake, "promote")
    do(fake, "migrate")


def test_going_back_past_a_build_that_failed_is_asked_for_and_brings_rights_back(
    fake: Fake, monitoring: Monitoring
) -> None:
    three(fake, monitoring)
    done = fake.step("rollback")
    assert done.returncode == 1
    assert "--anyway" in done.stderr
    fake.ran()
    do(fake, "rollback", "--anyway")
    ran = [one for one in fake.ran() if "run jobs" in one or "update-traffic" in one]
    assert ["--image=images/migrate:first" in ran[0], "--args=grant" in ran[1]] == [True, True]
    assert "catalog-2=100" in ran[2]
    assert state(fake) == ["done", "undone", "begun"]


def test_after_that_the_next_build_knows_what_serves_and_what_stays_back(
    fake: Fake, monitoring: Monitoring
) -> None:
    three(fake, monitoring)
    for name in ("pin", "apply", "grant", "smoke"):
        do(fake, name)
    do(fake, "rollback", "--anyway")
    assert fake.shares("catalog") == {"catalog-2": 100}
    later(fake)
    write(fake, "code 2", "catalog")  # the third is reverted, the bad second is not
    assert "catalog stays at catalog-2: catalog-5 was reverted." in deployed(fake)


def test_a_build_that_changes_nothing_is_not_what_a_rollback_undoes(
    fake: Fake, monitoring: Monitoring
) -> None:
    released(fake, monitoring)
    later(fake)
    fake.change(applies=[])
    deployed(fake)
    do(fake, "canary")
    do(fake, "promote")
    assert fake.step("rollback").returncode == 1
    do(fake, "rollback", "--anyway")
    assert fake.shares("catalog") == {"catalog-1": 100}


def test_what_a_person_let_on_is_what_a_rollback_puts_back(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    assert fake.step("canary", **monitoring(GOOD | {"catalog-2": (1_000, 50, 50)})).returncode == 1
    do(fake, "promote", "--unjudged", "catalog")
    assert fake.shares("catalog") == {"catalog-2": 100}
    do(fake, "rollback", "catalog")
    assert fake.shares("catalog") == {"catalog-1": 100}
    do(fake, "promote", "--unjudged", "catalog")
    do(fake, "rollback")
    assert fake.shares("catalog") == {"catalog-1": 100}


def test_what_no_smoke_test_saw_is_not_let_on(fake: Fake, monitoring: Monitoring) -> None:
    released(fake, monitoring)
    later(fake)
    write(fake, "new", "catalog")
    for name in ("migrate", "pin", "apply"):
        do(fake, name)
    done = fake.step("promote", "--unjudged", "catalog")
    assert done.returncode == 1
    assert "passed no smoke test" in done.stderr
    assert fake.shares("catalog") == {"catalog-2": 100}


@pytest.mark.parametrize("step", ["pin", "smoke", "canary", "promote"])
def test_a_release_that_went_back_is_not_taken_up_by_hand(
    fake: Fake, monitoring: Monitoring, step: str
) -> None:
    deployed(fake)
    assert fake.step("canary", **monitoring(GOOD | {"catalog-2": (1_000, 50, 50)})).returncode == 1
    done = fake.step(step)
    assert done.returncode == 1
    assert "was reverted" in done.stderr
    assert fake.step(step, COMMIT_SHA="another").returncode == 1
    assert fake.shares("catalog") == {"catalog-1": 100}


def test_a_record_of_other_code_is_said(fake: Fake) -> None:
    do(fake, "migrate")
    (address,) = fake.read()["objects"]
    fake.change(objects={address: json.dumps({"commit": HEAD, "phase": "moon"})})
    done = fake.step("migrate")
    assert done.returncode == 1
    assert "use newer code" in done.stderr
