#!/usr/bin/env bash
# Installs what a command needs and announces each download: `scripts/setup.sh check|run|test`.
#
#   run    .venv from requirements.lock, Node.js, the console's page, MariaDB's server, Java, Google's emulators
#   check  .venv, Node.js, the packages of the console and of the clients
#   test   all of these, MySQL's server unpacked into a cache folder, Chromium
# Packages that are already installed are kept, so the next run takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH="$PATH:/usr/sbin"
say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

root() {
    if [[ "$(id -u)" == 0 ]]; then "$@"; else sudo "$@"; fi
}

# Install Debian packages and print their size; $1 describes their purpose.
install_packages() {
    local what="$1" size log
    shift
    command -v apt-get >/dev/null || fail "$what is missing; install it with your package manager, then run this again."
    [[ "$(id -u)" == 0 ]] || command -v sudo >/dev/null || fail "$what is missing; as root: apt-get install $*"
    compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null || root apt-get -q update >/dev/null
    size="$(apt-get -q install --yes --no-install-recommends --print-uris "$@" 2>/dev/null |
        awk -F"' " '/^'\''/ {split($2, f, " "); s += f[2]} END {printf "%.0f MB", s / 1e6}' || true)"
    say "$what: installing $* (${size:-size unknown}) with the package manager ..."
    log="$(mktemp)"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends "$@")
    root "${install[@]}" >"$log" 2>&1 || { root apt-get -q update >>"$log" 2>&1 && root "${install[@]}" >>"$log" 2>&1; } ||
        { tail -5 "$log" >&2; fail "$what could not be installed; the log is $log."; }
    rm -f "$log"
}

python() {
    local candidate
    for candidate in "${PYTHON:-python3.11}" python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "Python 3.11 is missing: install python3.11, or set the environment variable PYTHON to one."
}

version() { "$1" -c 'import sys; print(sys.version)' 2>/dev/null; }

virtual_environment() {
    local python stamp version quiet=(--quiet)
    python="$(python)"
    version="$(version "$python")"
    stamp="$(printf '%s' "$version" | cat - requirements.lock | sha256sum | cut -d' ' -f1)"
    [[ "$(cat .venv/stamp 2>/dev/null)" == "$stamp" ]] && return
    "$python" -c 'import ensurepip' 2>/dev/null || install_packages "Python's venv" "$(basename "$python")-venv"
    say "Python packages: $(grep -c "^[a-z]" requirements.lock) of them, about 95 MB to download and 400 MB on disk, into .venv ..."
    [[ -t 2 ]] && quiet=()
    [[ "$(version .venv/bin/python)" == "$version" ]] || "$python" -m venv --clear .venv
    # uv takes seconds, whereas pip takes a minute and a half. pip checks uv's own hash.
    awk '/^uv==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements.lock >.venv/uv.lock
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --require-hashes \
        --requirement .venv/uv.lock >&2 &&
        .venv/bin/uv pip install --python .venv/bin/python --no-deps --require-hashes "${quiet[@]}" --requirement requirements.lock >&2 ||
        fail "The Python packages could not be installed; see the installer's message above."
    printf '%s\n' "$stamp" >.venv/stamp
}

database() {
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null ||
        install_packages "MariaDB's server" mariadb-server-core mariadb-client-core
}

emulators() {
    local sdk found=""
    command -v java >/dev/null ||
        fail "Google's emulators need Java: install openjdk-17-jre-headless."
    for sdk in "${GCLOUD_SDK_ROOT:-}" /usr/lib/google-cloud-sdk \
        "$(dirname "$(dirname "$(readlink -f "$(command -v gcloud || echo /-/-)")")")"; do
        [[ -d "$sdk/platform/cloud-firestore-emulator" && -d "$sdk/platform/pubsub-emulator" ]] && found="$sdk"
    done
    [[ -n "$found" ]] || fail "Google's emulators are missing: run 'gcloud components install cloud-firestore-emulator\
 pubsub-emulator', or install Debian's google-cloud-cli-firestore-emulator and google-cloud-cli-pubsub-emulator\
 from Google's apt repository; or set GCLOUD_SDK_ROOT to an SDK in another folder."
}

# The machine's Node.js, or the one from PyPI: Debian's is too old.
node_js() {
    local version
    PATH="$PWD/.venv/bin:$PATH"
    version="$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')"
    if ((${version:-0} < 20)) || ! command -v npm >/dev/null; then
        say "Node.js: version 24 (61 MB to download) into .venv ..."
        .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes --requirement scripts/node.lock >&2 ||
            fail "Node.js could not be installed; see the installer's message above."
    fi
}

# Install a folder's packages from its lock and print their size; install scripts do not run.
node_packages() {
    local folder="$1" size="$2" stamp
    stamp="$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)"
    [[ "$(cat "$folder/node_modules/.stamp" 2>/dev/null)" == "$stamp" ]] && return
    say "Packages of $folder: $size on disk, into its node_modules ..."
    npm --prefix "$folder" ci --ignore-scripts --silent --no-audit --no-fund >&2 ||
        fail "The packages of $folder could not be installed; see npm's message above."
    printf '%s\n' "$stamp" >"$folder/node_modules/.stamp"
}

client_packages() {
    node_packages clients/ts "about 230 MB"
    node_packages clients/electron "about 230 MB"
}

# Bundle the console's page if its sources changed.
console() {
    local web=emulators/console/web page=emulators/console/page stamp
    node_packages "$web" "about 50 MB"
    stamp="$(find "$web" -path "$web/node_modules" -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)"
    [[ "$(cat "$page/.stamp" 2>/dev/null)" == "$stamp" ]] && return
    (cd "$web" && node build.mjs) >&2 || fail "The console's page could not be bundled; see esbuild's message above."
    printf '%s\n' "$stamp" >"$page/.stamp"
}

browser() {
    command -v chromium >/dev/null || install_packages "Chromium, for the console's tests" chromium fonts-dejavu-core
}

case "${1:-}" in
check) virtual_environment && node_js && console && client_packages ;;
run) virtual_environment && node_js && console && database && emulators ;;
test) virtual_environment && node_js && console && client_packages && database && emulators && scripts/get_mysql.sh >/dev/null && browser ;;
*) fail "usage: scripts/setup.sh check|run|test" ;;
esac
