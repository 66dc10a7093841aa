"""Access to the local cloud. No other module of `ops` imports `emulators`."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console

from emulators.cloud import config
from emulators.console import trace
from emulators.edge.issuer import mint
from ops.errors import OpsError

OPERATOR = "operator"
TRACE_WIDTH = 200


def sign_in(state: Path | None) -> tuple[str, str]:
    """Return the running cloud's address and a new admin token."""
    cloud = _read(state)
    return cloud.url("edge"), mint(cloud, OPERATOR, ["admin"])


def roots(state: Path | None) -> Sequence[Path]:
    """Return the folders that contain the functions of the running local cloud."""
    return _read(state).roots


def logs(state: Path | None) -> Path:
    """Return the folder that contains the log files."""
    return (state or config.state_folder()) / "logs"


def draw_trace(state: Path | None, trace_id: str) -> str:
    """Read a trace from the log files, and return it as a text tree."""
    console = Console(file=StringIO(), width=TRACE_WIDTH, no_color=True, highlight=False)
    try:
        tree = trace.tree(*trace.read(logs(state), trace_id))
    except config.CloudError as error:
        raise OpsError(str(error)) from None
    with console.capture() as captured:
        console.print(tree, soft_wrap=True)
    return captured.get()


def _read(state: Path | None) -> config.Cloud:
    try:
        return config.read(state or config.state_folder())[0]
    except config.CloudError as error:
        raise OpsError(str(error)) from None
