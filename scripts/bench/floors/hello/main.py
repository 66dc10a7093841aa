"""The least that functions-framework can do."""

from starlette.requests import Request


async def main(request: Request) -> str:
    """Answer."""
    del request
    return "hello"
