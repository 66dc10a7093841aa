#!/usr/bin/env bash
# Unpacks Debian's newest MySQL server into a cache folder, without installing anything.
#
# Debian's stable suite has only MariaDB; its unstable suite also has MySQL. The script uses this
# machine's apt source with the suite replaced, and separate apt lists and caches. It unpacks the
# packages together with the C library that they were built for. The result is bin/mysqld.
set -euo pipefail

home="${SAVEPOINT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/savepoint}/mysql-sid"
server="$home/bin/mysqld"
suite=sid

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

if [[ -x "$server" ]] && "$server" --version >/dev/null 2>&1; then
    printf '%s\n' "$server"
    exit 0
fi
found="$(PATH="$PATH:/usr/sbin" command -v mysqld || true)"
if [[ -n "$found" ]] && "$found" --version 2>/dev/null | grep -v MariaDB | grep -qE ' (8\.[4-9]|9)\.'; then
    printf '%s\n' "$found"
    exit 0
fi
command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    fail "MySQL is downloaded with apt, which is missing here; put a mysqld (8.4 or newer) on the PATH."

source /etc/os-release
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mirror="$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="${VERSION_CODENAME:-none}" '$2 == release && $3 == "main" {print $1; exit}')"
[[ "${ID:-}" == debian && -n "$mirror" ]] ||
    fail "MySQL is available only from Debian's archive; put a mysqld (8.4 or newer) on the PATH."

mkdir -p "$work"/{lists/partial,archives/partial,parts,preferences,unpacked}
touch "$work/status" # an empty system, so that apt lists every package that the server needs
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
signed=""
[[ -e "$keyring" ]] && signed="[signed-by=$keyring] "
echo "deb $signed$mirror $suite main" >"$work/sources.list"
cat >"$work/apt.conf" <<CONF
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::DEP-11-icons;
#clear Acquire::IndexTargets::deb::DEP-11-icons-small;
#clear Acquire::IndexTargets::deb::DEP-11-icons-large;
Acquire::Languages "none";
APT::Sandbox::User "";
Debug::NoLocking "true";
Dir::Cache "$work";
Dir::Cache::archives "$work/archives";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "$work/preferences";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "$work/parts";
Dir::State::Lists "$work/lists";
Dir::State::Status "$work/status";
CONF
apt() { apt-get -q -c "$work/apt.conf" "$@"; }
wanted=(install --yes --no-install-recommends mysql-server-core)

say "MySQL: reading the package list of Debian $suite (about 11 MB) ..."
apt update >"$work/log" 2>&1 || fail "$(tail -5 "$work/log")
MySQL: Debian's archive could not be reached; try again later."
size="$(apt --print-uris "${wanted[@]}" | awk -F"' " '/^'\''/ {split($2, f, " "); n++; s += f[2]}
    END {printf "%d packages, %d MB", n, s / 1e6}')"
say "MySQL: downloading $size into $home (nothing is installed into the system) ..."
apt --download-only "${wanted[@]}" >"$work/log" 2>&1 || fail "$(tail -5 "$work/log")
MySQL: the download failed; try again."
for package in "$work"/archives/*.deb; do
    dpkg -x "$package" "$work/unpacked"
done

first() { (cd "$work/unpacked" && compgen -G "$1" | head -1); }
loader="$(first 'usr/lib*/ld-linux-*.so.*')"
libraries="$(first 'usr/lib/*-linux-gnu')"
mkdir -p "$work/unpacked/bin"
cat >"$work/unpacked/bin/mysqld" <<WRAPPER
#!/bin/sh
# Runs the unpacked server with the C library it was built for.
root="\$(dirname "\$(dirname "\$(readlink -f "\$0")")")"
[ "\${1:-}" = --no-defaults ] && shift
exec "\$root/$loader" --library-path "\$root/$libraries" "\$root/usr/sbin/mysqld" --no-defaults \\
    --basedir="\$root/usr" --lc-messages-dir="\$root/usr/share/mysql" --secure-file-priv= "\$@"
WRAPPER
chmod +x "$work/unpacked/bin/mysqld"
"$work/unpacked/bin/mysqld" --version >/dev/null || fail "MySQL: the unpacked server does not start."

mkdir -p "$(dirname "$home")"
rm -rf "$home.new" "$home"
mv "$work/unpacked" "$home.new" && mv "$home.new" "$home"
say "MySQL: $("$server" --version | sed 's/.*Ver /version /')"
printf '%s\n' "$server"
