"""The steps of cloudbuild.yaml, each a program that also runs by hand: see docs/deploying.md.

check, test and image stand on the standard library alone; the others need `.venv`.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
PLAN = BUILD / "plan"
"""Where the saved plan lies between two steps."""
