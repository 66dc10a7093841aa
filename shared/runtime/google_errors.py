"""Which errors of Google's clients say that a service is away, not that we asked wrongly."""

from google.api_core import exceptions as google

AWAY = (
    google.ServiceUnavailable,
    google.DeadlineExceeded,
    google.TooManyRequests,
    google.InternalServerError,
    google.Aborted,
    google.Cancelled,
    google.RetryError,
)
