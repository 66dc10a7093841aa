"""A new function serves its first revision at once, since there is none to pin traffic to."""

from tests.scripts.release.conftest import HEAD, Fake
from tests.scripts.release.monitoring import Monitoring
from tests.scripts.release.steps import age_records, do, released


def test_a_new_function_whose_release_failed_unrecorded_does_not_stop_the_next_build(
    fake: Fake, monitoring: Monitoring
) -> None:
    released(fake, monitoring)
    age_records(fake)
    fake.change(applies=["playtime"])
    for name in ("migrate", "pin", "apply"):
        do(fake, name)
    age_records(fake)
    fake.change(applies=[])
    do(fake, "plan")
    assert f"scripts.checks.migration_guard --released={HEAD}" in do(fake, "migrate")
