"""One address for many functions: `/{function}/rest` reaches the function as `/rest`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from emulators.answers import problem


@dataclass(frozen=True)
class Broken:
    """Stands where a function should be that could not be built; answers why."""

    reason: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 500 with the reason."""
        await problem(500, self.reason)(scope, receive, send)


@dataclass(frozen=True)
class Dispatcher:
    """The ASGI application over all functions."""

    functions: Mapping[str, ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to its function; `/` lists them."""
        if scope["type"] != "http":
            return
        first, _, rest = scope["path"][1:].partition("/")
        raw_rest = scope["raw_path"][1:].partition(b"/")[2]
        function = self.functions.get(first)
        if not first:
            await self._overview()(scope, receive, send)
        elif function is None:
            known = ", ".join(sorted(self.functions))
            answer = problem(404, f"There is no function {first}; there are {known}.")
            await answer(scope, receive, send)
        else:
            inner = {**scope, "path": f"/{rest}", "raw_path": b"/" + raw_rest}
            await function(inner, receive, send)

    def _overview(self) -> Response:
        broken = {
            name: function.reason
            for name, function in self.functions.items()
            if isinstance(function, Broken)
        }
        return JSONResponse({"functions": sorted(self.functions), "broken": broken})


def parse(text: str) -> dict[str, str]:
    """Return the broken functions and their reasons from the answer at `/`."""
    broken: dict[str, str] = json.loads(text)["broken"]
    return broken
