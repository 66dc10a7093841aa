"""A release from migrations to promotion and back, on a fake cloud with two functions."""

import json
import os
import signal
import threading
from typing import Any

import pytest

from scripts.release import apply, image, release
from tests.scripts.release.conftest import HEAD, Fake, service
from tests.scripts.release.monitoring import AT_ONCE, GOOD, Monitoring
from tests.scripts.release.steps import deployed, do, write
from tests.support.local_cloud import eventually


def test_a_release_that_is_not_worse_is_promoted(fake: Fake, monitoring: Monitoring) -> None:
    deployed(fake)
    assert fake.shares("catalog") == {"catalog-1": 100}
    do(fake, "canary", **monitoring(GOOD))
    assert fake.shares("catalog") == {"catalog-2": 5, "catalog-1": 95}
    do(fake, "promote")
    assert fake.shares("catalog") == {"catalog-2": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    (record,) = fake.read()["objects"]
    assert record.startswith("gs://savepoint-staging-terraform/releases/staging/")
    assert record.endswith(f"-{HEAD[:12]}.json")


def test_a_rollback_moves_requests_and_runs_once(fake: Fake, monitoring: Monitoring) -> None:
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    do(fake, "promote")
    do(fake, "rollback", "catalog")
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    do(fake, "rollback")
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-1": 100}
    again = fake.step("rollback")
    assert again.returncode == 1
    assert "already undone" in again.stderr


def test_a_rolled_back_function_stays_back_until_it_changes(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    do(fake, "promote")
    do(fake, "rollback")
    fake.change(applies=[])
    deployed(fake)
    assert "No function changed." in do(fake, "canary")
    done = fake.step("promote")
    assert done.returncode == 1
    assert "catalog: catalog-2: it was worse, or rolled back" in done.stderr
    fake.change(applies=["catalog"])  # more memory for the same code
    deployed(fake)
    assert fake.step("promote").returncode == 1
    assert fake.shares("catalog") == {"catalog-1": 100}
    write(fake, "fixed", "catalog")
    deployed(fake)
    do(fake, "canary", **monitoring({"catalog-4": (1_000, 0, 50)}))
    fake.step("promote")
    assert fake.shares("catalog") == {"catalog-4": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-1": 100}
    do(fake, "promote", "--unjudged", "roll-up-sessions")
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    fake.change(applies=[])
    deployed(fake)
    do(fake, "promote")


@pytest.mark.parametrize("worse", [(1_000, 50, 50), (1_000, 0, 5_000)])
def test_one_worse_function_reverts_the_release(
    fake: Fake, monitoring: Monitoring, worse: tuple[int, int, int]
) -> None:
    deployed(fake)
    settings = monitoring({"catalog-2": worse, "roll-up-sessions-2": (1_000, 0, 50)})
    done = fake.step("canary", **settings)
    assert done.returncode == 1
    assert "The release was reverted because of catalog." in done.stderr
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-1": 100}


def test_a_release_that_cannot_be_compared_is_reverted(fake: Fake) -> None:
    deployed(fake)
    done = fake.step("canary", **AT_ONCE, MONITORING_URL="http://127.0.0.1:1")
    assert done.returncode == 1
    assert "Cloud Monitoring could not be queried" in done.stderr
    assert fake.shares("catalog") == {"catalog-1": 100}


def test_a_cancelled_canary_is_reverted(fake: Fake) -> None:
    deployed(fake)

    def cancel() -> None:
        eventually(lambda: fake.shares("catalog") == {"catalog-2": 5, "catalog-1": 95}, 30)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=cancel, daemon=True).start()
    done = fake.step("canary", CANARY_MINUTES="10")
    assert (done.returncode, done.stderr) == (1, "cancelled")
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-1": 100}


def test_a_function_that_cannot_be_reverted_does_not_block_the_others(fake: Fake) -> None:
    deployed(fake)
    fake.change(failing=["update-traffic catalog"])
    assert fake.step("canary", **AT_ONCE).returncode == 1
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-1": 100}


def test_too_few_requests_widen_the_canary_and_then_hold_back_http_functions(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    fake.ran()
    do(fake, "canary", **monitoring({"catalog-2": (3, 0, 5), "roll-up-sessions-2": (3, 0, 5)}))
    moves = [one for one in fake.ran() if "update-traffic" in one]
    assert any("roll-up-sessions-2=5,roll-up-sessions-1=95" in one for one in moves)
    assert fake.shares("catalog") == {"catalog-1": 100}
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 50, "roll-up-sessions-1": 50}
    done = fake.step("promote")
    assert done.returncode == 1
    assert "promote --unjudged catalog" in done.stderr
    assert fake.shares("roll-up-sessions") == {"roll-up-sessions-2": 100}
    assert len(fake.read()["objects"]) == 1
    do(fake, "promote", "--unjudged", "catalog")
    assert fake.shares("catalog") == {"catalog-2": 100}


def test_a_new_function_is_smoke_tested_too_and_pinned_at_the_end(fake: Fake) -> None:
    write(fake, "before", "catalog", "roll-up-sessions")
    fake.change(applies=["playtime"])
    deployed(fake)
    (job,) = [one for one in fake.ran() if "run jobs deploy smoke" in one]
    assert "--args=https://playtime.example/v1/me/playtime=401+404+405 " in job
    do(fake, "canary")
    do(fake, "promote")
    assert fake.shares("playtime") == {"playtime-2": 100}


def test_a_revision_that_does_not_start_fails_the_release_and_has_no_commit(fake: Fake) -> None:
    for name in ("migrate", "pin", "apply"):
        do(fake, name)
    services = fake.read()["services"]
    services["catalog"]["status"]["latestCreatedRevisionName"] = "catalog-3"
    fake.change(services=services)
    done = fake.step("smoke")
    assert done.returncode == 1
    assert "catalog: catalog-3 is not ready" in done.stderr
    (record,) = fake.read()["objects"].values()
    assert "catalog-2" not in json.loads(record)["made"]["catalog"]


def test_only_changed_http_functions_are_smoke_tested(fake: Fake) -> None:
    deployed(fake)
    (job,) = [one for one in fake.ran() if "run jobs deploy smoke" in one]
    assert "--args=https://candidate---catalog.example/v1/games=200+404+405 " in job
    assert "--vpc-egress=all-traffic" in job


def test_pinning_repeats_a_plan_that_found_the_latest_revision(fake: Fake) -> None:
    do(fake, "migrate")
    do(fake, "pin")
    assert any(" plan " in one for one in fake.ran())
    do(fake, "pin")
    assert not any(" plan " in one for one in fake.ran())


def planned(traffic: list[dict[str, Any]], *actions: str) -> dict[str, Any]:
    change = {"actions": list(actions), "after": {"name": "catalog", "traffic": traffic}}
    return {"resource_changes": [{"type": "google_cloud_run_v2_service", "change": change}]}


def test_a_plan_that_moves_requests_is_refused(fake: Fake) -> None:
    fake.change(plan=planned([{"type": apply.LATEST, "percent": 100}], "update"))
    done = fake.step("apply")
    assert done.returncode == 1
    assert "catalog" in done.stderr
    assert not any(" apply " in one for one in fake.ran())


@pytest.mark.parametrize(
    "plan",
    [
        {},
        planned([], "create"),
        planned([{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "percent": 100}], "update"),
    ],
)
def test_other_plans_are_applied(fake: Fake, plan: dict[str, Any]) -> None:
    fake.change(plan=plan)
    do(fake, "apply")
    assert any(" apply " in one for one in fake.ran())


def test_the_first_deployment_has_no_job_yet(fake: Fake) -> None:
    fake.change(jobs=[])
    assert "First deployment" in do(fake, "migrate")
    assert not any("jobs execute" in one for one in fake.ran())


def test_rights_of_the_previous_release_are_revoked_before_the_tables_change(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    do(fake, "promote")
    fake.ran()
    image.FILE.write_text("migrate:second")
    done = fake.step("migrate")
    assert done.returncode == 0, done.stderr
    jobs = [one for one in fake.ran() if "run jobs" in one]
    assert [one.split()[3] for one in jobs] == ["list", "update", "execute", "update", "execute"]
    assert "--image=images/migrate:first" in jobs[1]
    assert "--args=revoke" in jobs[2]
    assert "--image=migrate:second" in jobs[3]
    assert "--args=migrate" in jobs[4]


def test_foreign_services_are_not_recorded(fake: Fake) -> None:
    services = fake.read()["services"] | {"somebody-elses": service("somebody-elses")}
    fake.change(services=services)
    do(fake, "migrate")
    do(fake, "pin")
    assert fake.shares("somebody-elses") == {"somebody-elses-1": 100}
    assert "somebody-elses" not in release.FILE.read_text()
