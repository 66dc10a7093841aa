#!/usr/bin/env bash
# Installs the release's locked packages in a virtual environment, and records the lock file's hash.
set -euo pipefail
cd "$(dirname "$0")/.."
venv="$1"

[[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
# pip installs uv and checks its hash; uv installs the rest in seconds.
awk '/^uv==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements.lock >"$venv/uv.lock"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input --no-deps --require-hashes \
    --requirement "$venv/uv.lock"
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --require-hashes --compile-bytecode \
    --requirement requirements.lock
touch "$venv/$(sha256sum requirements.lock | cut -d' ' -f1)"
