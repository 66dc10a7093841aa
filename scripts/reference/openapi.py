"""Generates one OpenAPI document from the routes of every function."""

import importlib.util
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shared.domain.errors  # noqa: F401  registers the product's codes
from scripts.bundling.imports import ROOT
from shared.runtime import manifest
from shared.runtime.http import Api, openapi

SERVER = "https://api.example.com"


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all functions; the output is deterministic."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return openapi.document(apis(), version=project["version"], server=SERVER)


def apis() -> Iterator[Api]:
    """Yield the `api` of every HTTP function, sorted by name."""
    for name, function in sorted(manifest.discover([ROOT]).items()):
        if function.trigger.kind == "http":
            yield load(name, function.source)


def load(name: str, source: Path) -> Api:
    """Import an entry file under a unique name and return its `api`."""
    spec = importlib.util.spec_from_file_location(f"entry_of_{name}", source)
    if spec is None or spec.loader is None:
        raise ImportError(f"{source} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # pydantic looks up the modules of generic models
    spec.loader.exec_module(module)
    api: Api = module.api
    return api
