"""Names a failing test when it fails, because the whole suite takes many minutes."""

from pathlib import Path

import pytest

LONGEST = 300


class Failing:
    """Writes a line per failure, including those of xdist's workers."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(trylast=True)  # after pytest's own letter
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            word = "FAILED" if report.when == "call" else "ERROR"
            terminal.write_line(f"\n{word} {report.nodeid} - {reason(report)}", red=True)
            terminal.flush()  # also when the output is a pipe or a file


def reason(report: pytest.TestReport) -> str:
    """Return the error and its location in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:  # for example a worker that died
        return str(report.longrepr)
    message = crash.message.strip().partition("\n")[0]
    return f"{message[:LONGEST]} ({Path(crash.path).name}:{crash.lineno})"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a worker has no terminal
        config.pluginmanager.register(Failing(config))
