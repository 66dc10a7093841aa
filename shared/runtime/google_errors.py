"""Lists the exceptions by which Google's client libraries report an unavailable service."""

from google.api_core import exceptions as google

UNAVAILABLE = (
    google.ServiceUnavailable,
    google.DeadlineExceeded,
    google.TooManyRequests,
    google.InternalServerError,
    google.Aborted,
    google.Cancelled,
    google.RetryError,
)
