"""Finds the handler for a method and path."""

import inspect
import re
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from shared.runtime import errors
from shared.runtime.http import binding
from shared.runtime.http.replies import Reply
from shared.runtime.responses import RawHeaders

if TYPE_CHECKING:
    from shared.runtime.manifest import Manifest

_VARIABLE = re.compile(r"\{([a-z_]+)\}")


KEY = "idempotency_key"
"""The argument with the key of an idempotent route; its handler does not receive it."""


class Idempotent(Protocol):
    """The interface of `idempotency.ByKey`, which makes a route idempotent."""

    header: type[binding.Header]
    transaction: type
    takes: frozenset[str]

    def once(  # noqa: PLR0913, PLR0917  see idempotency.ByKey
        self, key: Any, uid: str, route: str, body: Any, work: Any, arguments: dict[str, Any]
    ) -> Reply[Any]:
        """Run `work` in a transaction, or return the reply of an earlier run."""
        ...


class Route(NamedTuple):
    """A method and path, with the data determined when the route is registered."""

    method: str
    path: str
    handler: Callable[..., Any]
    status: int
    is_async: bool
    signature: binding.Signature
    role: str | None
    headers: RawHeaders
    idempotent: Idempotent | None


class Table:
    """The routes of one function, with exact paths in a dictionary and the others as patterns."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self._exact: dict[str, dict[str, Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Route]]] = []

    def add(self, route: Route) -> None:
        """Register a route, or raise TypeError if its method and path already have a handler."""
        if _VARIABLE.search(route.path):
            pattern = _pattern(route.path)
            methods = next((m for p, m in self._patterns if p.pattern == pattern.pattern), None)
            if methods is None:
                methods = {}
                self._patterns.append((pattern, methods))
        else:
            methods = self._exact.setdefault(route.path, {})
        if methods.setdefault(route.method, route) is not route:
            message = f"{route.method} {route.path} is registered twice"
            raise TypeError(message)
        self.routes.append(route)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route and its path variables, or raise NotFound or MethodNotAllowed."""
        methods, variables = self._methods(path)
        if not methods:
            message = f"no route has the path {path}"
            raise errors.NotFound(message)
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            allowed = sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
            message = f"{path} supports {', '.join(allowed)}"
            raise errors.MethodNotAllowed(message, headers={"Allow": ", ".join(allowed)})
        return route, variables

    def _methods(self, path: str) -> tuple[dict[str, Route], dict[str, str]]:
        exact = self._exact.get(path)
        if exact is not None:
            return exact, {}
        for pattern, methods in self._patterns:
            found = pattern.fullmatch(path)
            if found:
                return methods, found.groupdict()
        return {}, {}


def _pattern(path: str) -> re.Pattern[str]:
    """Compile a path with variables to a regular expression."""
    parts = enumerate(_VARIABLE.split(path))
    return re.compile("".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in parts))


def build(  # noqa: PLR0913, PLR0917  one argument per part of the declaration
    manifest: "Manifest",
    method: str,
    path: str,
    handler: Callable[..., Any],
    status: int,
    idempotent: Idempotent | None = None,
) -> Route:
    """Return a handler's route, or raise TypeError if the handler contradicts the manifest."""
    trigger = manifest.trigger.http
    if trigger is None or not any(owns(prefix, path) for prefix in trigger.paths):
        message = f"{manifest.name} does not own the path {path}: see its function.yaml"
        raise TypeError(message)
    names = tuple(_VARIABLE.findall(path))
    signature = _signature(handler, names, manifest.limits.items, idempotent)
    if signature.role is not None and trigger.caller not in {"public", "player", signature.role}:
        # The parameter must not open a path that the manifest closes.
        message = (
            f"{handler.__name__} takes a {signature.role}; {manifest.name} is for {trigger.caller}s"
        )
        raise TypeError(message)
    role = signature.role or (None if trigger.caller == "public" else trigger.caller)
    return Route(
        method=method,
        path=path,
        handler=handler,
        status=status,
        is_async=inspect.iscoroutinefunction(handler),
        signature=signature,
        role=role,
        headers=_deprecation(manifest, path),
        idempotent=idempotent,
    )


def _signature(
    handler: Callable[..., Any],
    names: tuple[str, ...],
    max_items: int,
    idempotent: Idempotent | None,
) -> binding.Signature:
    """Return a handler's signature; for an idempotent route, include the header with the key."""
    if idempotent is None:
        return binding.examine(handler, names, max_items)
    found = binding.examine(handler, names, max_items, idempotent.transaction)
    if not found.transaction_name or not found.caller_name or inspect.iscoroutinefunction(handler):
        message = f"{handler.__name__} is idempotent: a `def` with a caller and a Connection"
        raise TypeError(message)
    if found.query_aliases or (found.body_name and found.body is None):
        # The key covers the path and a JSON body: another query would get the stored reply.
        message = f"{handler.__name__} is idempotent: its body is a model, and it takes no query"
        raise TypeError(message)
    unknown = idempotent.takes - set(inspect.signature(handler).parameters)
    if unknown:
        raise TypeError(f"{handler.__name__} has no parameter for {sorted(unknown)} of `before`")
    return found._replace(headers={**found.headers, KEY: idempotent.header})


def owns(prefix: str, path: str) -> bool:
    """Return whether `path` is `prefix`, a path under it, or a `:verb` on it."""
    return path == prefix or path.startswith((prefix + "/", prefix + ":"))


def _deprecation(manifest: "Manifest", path: str) -> RawHeaders:
    """Return the RFC 9745 and RFC 8594 headers if the manifest declares the path deprecated."""
    for one in manifest.deprecations:
        if one.path == path:
            # A bundle's manifest is JSON, where a date is text.
            since, sunset = (
                datetime.fromisoformat(f"{day}T00:00:00+00:00") for day in (one.since, one.sunset)
            )
            return [
                (b"deprecation", f"@{int(since.timestamp())}".encode()),
                (b"sunset", format_datetime(sunset, usegmt=True).encode()),
                (b"link", f'<{one.link}>; rel="deprecation"'.encode()),
            ]
    return []
