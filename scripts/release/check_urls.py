#!/usr/bin/env python3
"""Requests each URL once and checks the status: `check-urls URL=STATUS+STATUS …`.

This script uses only the standard library, because the builder image contains just this file.
"""

import sys
import urllib.error
import urllib.request

PROBLEM = "application/problem+json"


def check(url: str, statuses: list[str]) -> str:
    """Return a description of an unexpected response, or an empty string."""
    request = urllib.request.Request(url)  # noqa: S310 - Cloud Run's own address
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            found, kind = response.status, PROBLEM
    except urllib.error.HTTPError as error:
        found, kind = error.code, error.headers.get_content_type()
    except OSError as error:
        return f"{url} does not respond: {error}"
    # If a service rejects traffic from this network, Google's frontend returns a 404 in HTML.
    if kind != PROBLEM:
        return f"{url} returned {found}, but not from the function"
    return "" if str(found) in statuses else f"{url} returned {found}, not {' or '.join(statuses)}"


if __name__ == "__main__":
    wanted = [word.rsplit("=", 1) for word in sys.argv[1:]]
    wrong = [one for url, statuses in wanted if (one := check(url, statuses.split("+")))]
    print(f"{len(wanted) - len(wrong)} of {len(wanted)} URLs respond as expected")
    sys.exit("\n".join(wrong) or None)
