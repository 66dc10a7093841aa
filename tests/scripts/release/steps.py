"""Steps of a release on the fake cloud."""

import json
import re

from tests.scripts.release.conftest import Fake
from tests.scripts.release.monitoring import GOOD, Monitoring


def do(fake: Fake, name: str, *words: str, **more: str) -> str:
    done = fake.step(name, *words, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def deployed(fake: Fake) -> str:
    """Run all steps before the canary, and return the output of the smoke test."""
    for name in ("migrate", "pin", "apply", "grant"):
        do(fake, name)
    return do(fake, "smoke")


def released(fake: Fake, monitoring: Monitoring) -> None:
    """Run a complete release that promotes every function."""
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    do(fake, "promote")
    fake.ran()


def state(fake: Fake) -> list[str]:
    """Return the state of each recorded release, oldest first."""
    found = fake.read()["objects"]
    return [json.loads(found[name])["state"] for name in sorted(found)]


def age_records(fake: Fake) -> None:
    """Make existing records a century older, since they are named by the second."""
    found = fake.read()["objects"]
    years = {name: re.search(r"/staging/(\d{4})", name) for name in found}
    older = {}
    for name, text in found.items():
        year = years[name]
        assert year
        before = f"/staging/{int(year[1]) - 100:04}"
        older[name.replace(year[0], before)] = text.replace(year[0], before)
    fake.change(objects=older)


def write(fake: Fake, code: str, *names: str) -> None:
    """Change the named functions' code in the next build, and no others."""
    for name in names:
        (fake.folder / f"{name.replace('-', '_')}.sha256").write_text(f"{code}\n")
    fake.change(applies=names)
