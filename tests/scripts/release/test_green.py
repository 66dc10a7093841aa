"""A green build means that the serving revisions were built from its commit."""

from tests.scripts.release.conftest import Fake
from tests.scripts.release.monitoring import GOOD, Monitoring
from tests.scripts.release.steps import deployed, do


def test_a_build_whose_newest_revision_has_other_code_fails(
    fake: Fake, monitoring: Monitoring
) -> None:
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    (fake.folder / "catalog.sha256").write_text("other\n")
    done = fake.step("promote")
    assert done.returncode == 1
    assert "catalog: serves code of another commit" in done.stderr
    (fake.folder / "catalog.sha256").write_text("hash\n")
    do(fake, "promote")
