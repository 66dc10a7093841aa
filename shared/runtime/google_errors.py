"""The errors of Google's clients that mean a service is unavailable, not that the call is wrong."""

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
