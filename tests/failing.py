"""A test that fails is named when it fails: the whole suite takes many minutes."""

from pathlib import Path

import pytest

LONGEST = 300


class Failing:
    """Writes a line for each failure; those of workers are reported here too."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(trylast=True)  # the letter comes first
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            word = "FAILED" if report.when == "call" else "ERROR"
            terminal.write_line(f"\n{word} {report.nodeid} - {reason(report)}", red=True)
            terminal.flush()  # into a pipe or a file too


def reason(report: pytest.TestReport) -> str:
    """Return one line of what went wrong, and where."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:  # a worker that died, for one
        return str(report.longrepr)
    said = crash.message.strip().partition("\n")[0]
    return f"{said[:LONGEST]} ({Path(crash.path).name}:{crash.lineno})"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a worker has no terminal
        config.pluginmanager.register(Failing(config))
