"""Errors of Google's client libraries that mean that a service is unavailable."""

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
