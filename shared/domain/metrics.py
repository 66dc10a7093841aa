"""The product's metrics, in addition to those in `shared/runtime/metrics.py`."""

from typing import Final

from shared.runtime import metrics
from shared.runtime.metrics import Instrument

# Counted by log lines, as logging.googleapis.com/user/NAME; Terraform reads them in this form.
ACHIEVEMENTS_GRANTED: Final = "achievements_granted"
ROWS_CLEANED: Final = "rows_cleaned"
SESSIONS_ACCEPTED: Final = "sessions_accepted"
SESSIONS_OF_ERASED: Final = "sessions_of_erased_players"
SESSIONS_REJECTED: Final = "sessions_rejected"

# Exported by OpenTelemetry, as prometheus.googleapis.com/NAME/KIND.
ROLL_UP_SIZE: Final = "savepoint_roll_up_size"

_SIZES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)

metrics.register(
    {
        ACHIEVEMENTS_GRANTED: Instrument("line", "Achievements granted to players."),
        ROWS_CLEANED: Instrument("line", "Expired rows deleted.", ("table",)),
        SESSIONS_ACCEPTED: Instrument("line", "Session events accepted."),
        SESSIONS_OF_ERASED: Instrument(
            "line", "Session events dropped because the player was erased."
        ),
        SESSIONS_REJECTED: Instrument("line", "Session events rejected."),
        ROLL_UP_SIZE: Instrument("histogram", "Items folded by one transaction.", (), _SIZES),
    }
)
