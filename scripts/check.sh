#!/usr/bin/env bash
# `make check`: runs every check, prints the output of failed checks, and fails if any failed.
set -uo pipefail
cd "$(dirname "$0")/.."

bin=.venv/bin
failed=()
step() {
    local name="$1" log last
    shift
    log="$(mktemp)"
    if "$@" >"$log" 2>&1; then
        last="$(tail -n 1 "$log")"
        printf 'ok      %s%s\n' "$name" "${last:+: $last}"
    else
        printf 'FAILED  %s\n' "$name"
        cat "$log"
        failed+=("$name")
    fi
    rm -f "$log"
}

step "lint (ruff)" "$bin/ruff" check .
step "format (ruff)" "$bin/ruff" format --check .
step "types (mypy)" "$bin/mypy" .
step "types of the console (tsc)" npm --silent --prefix emulators/console/web run check
step "layers (import-linter)" "$bin/lint-imports" --no-cache
step "migrations are safe in a rollout" "$bin/python" -m scripts.checks.migration_guard
step "generated files are current" "$bin/python" -m scripts.reference.generate --check
step "generated client is current" npm --prefix clients/ts run --silent generate -- --check
step "types of the client (tsc)" npm --prefix clients/ts run --silent check
step "types of the Electron sample (tsc)" npm --prefix clients/electron run --silent check
step "API is compatible with the last release" "$bin/python" -m scripts.checks.contract
step "house rules" "$bin/python" -m pytest -q tests/house
if command -v terraform >/dev/null; then
    step "terraform format" terraform fmt -check -recursive terraform
fi
if ((${#failed[@]})); then
    printf '\nFailed: %s\n' "$(IFS=,; echo "${failed[*]}")"
    exit 1
fi
