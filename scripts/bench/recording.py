"""The statements that a piece of work sends to the database."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.bench import probe
from scripts.bench.servers import ARGUMENTS

# Without -P the folder of this module would stand before the bundle's own.
COMMAND = (sys.executable, "-P", probe.__file__, *ARGUMENTS)


@dataclass
class Recording:
    """What a function that was started by `COMMAND` with `environment` has sent and spent."""

    folder: Path
    _seen: int = 0

    @property
    def counters(self) -> Path:
        """The file of the counters."""
        return self.folder / "counters"

    @property
    def statements(self) -> Path:
        """The file of the statements."""
        return self.folder / "statements"

    def environment(self, *, statements: bool = True) -> Mapping[str, str]:
        """Return what the probe must be told."""
        self.folder.mkdir(parents=True, exist_ok=True)
        told = {"PROBE": str(self.counters)}
        return told | ({"PROBE_STATEMENTS": str(self.statements)} if statements else {})

    def taken(self) -> list[str]:
        """Return the statements sent since the last call."""
        lines = self.statements.read_text(encoding="utf-8").splitlines()
        fresh, self._seen = lines[self._seen :], len(lines)
        return [json.loads(line) for line in fresh]
