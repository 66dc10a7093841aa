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
    """Do everything before the canary, and return what the smoke test said."""
    for name in ("migrate", "pin", "apply", "grant"):
        do(fake, name)
    return do(fake, "smoke")


def released(fake: Fake, monitoring: Monitoring) -> None:
    """One release that everything of reached everyone."""
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    do(fake, "promote")
    fake.ran()


def state(fake: Fake) -> list[str]:
    """How far each recorded release came, the oldest first."""
    found = fake.read()["objects"]
    return [json.loads(found[name])["state"] for name in sorted(found)]


def later(fake: Fake) -> None:
    """Records are named by the second: let those that are there be a century older."""
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
    """Change what the next build applies: the named functions' code, nobody else's."""
    for name in names:
        (fake.folder / f"{name.replace('-', '_')}.sha256").write_text(f"{code}\n")
    fake.change(applies=names)
