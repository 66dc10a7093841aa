#!/usr/bin/env python3
"""Asks each address once: `knock URL=STATUS+STATUS …`.

Needs nothing but Python: the builder image carries it alone, for the smoke test.
"""

import sys
import urllib.error
import urllib.request

PROBLEM = "application/problem+json"


def knock(url: str, statuses: list[str]) -> str:
    """Return what is wrong with the answer of an address, or nothing."""
    request = urllib.request.Request(url)  # noqa: S310 - Cloud Run's own address
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            found, kind = answer.status, PROBLEM
    except urllib.error.HTTPError as error:
        found, kind = error.code, error.headers.get_content_type()
    except OSError as error:
        return f"{url} does not answer: {error}"
    # Google's own front answers 404 in HTML where a service is closed to the network.
    if kind != PROBLEM:
        return f"{url} answers {found}, but not as a function does"
    return "" if str(found) in statuses else f"{url} answers {found}, not {' or '.join(statuses)}"


if __name__ == "__main__":
    wanted = [word.rsplit("=", 1) for word in sys.argv[1:]]
    wrong = [one for url, statuses in wanted if (one := knock(url, statuses.split("+")))]
    print(f"{len(wanted) - len(wrong)} of {len(wanted)} answer as they should")
    sys.exit("\n".join(wrong) or None)
