"""A function that a release brings for the first time serves before anything can hold it back."""

from tests.scripts.release.conftest import HEAD, Fake
from tests.scripts.release.monitoring import Monitoring
from tests.scripts.release.steps import do, later, released


def test_one_whose_release_failed_before_it_was_recorded_does_not_stop_the_next_build(
    fake: Fake, monitoring: Monitoring
) -> None:
    released(fake, monitoring)
    later(fake)
    fake.change(applies=["playtime"])
    for name in ("migrate", "pin", "apply"):
        do(fake, name)
    later(fake)
    fake.change(applies=[])
    do(fake, "plan")
    assert f"scripts.checks.migration_guard --released={HEAD}" in do(fake, "migrate")
