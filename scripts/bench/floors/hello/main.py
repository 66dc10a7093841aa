"""A minimal functions-framework handler."""

from starlette.requests import Request


async def main(request: Request) -> str:
    """Answer."""
    del request
    return "hello"
