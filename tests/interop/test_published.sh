#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The references against the tables of published clients, where TC_PUBLISHED names a folder (CONTRIBUTING.md): those that
# are in it, or else the newest, which pip and cargo put there. What is absent is said, and without any the test is
# skipped: a registry that cannot be reached is no failure.
set -euo pipefail
folder=${TC_PUBLISHED:-}
[[ -n $folder ]] || {
	echo "skipped: TC_PUBLISHED names no folder for published clients"
	exit 77
}
[[ -d $folder ]] || {
	echo "TC_PUBLISHED: there is no folder $folder"
	exit 1
}
folder=$(cd "$folder" && pwd)
command -v python3 >/dev/null || {
	echo "skipped: python3 is absent"
	exit 77
}
shopt -s nullglob

clients() {
	found=("$folder"/taskcluster-*.whl "$folder"/taskcluster-*.crate)
}

# The client is small, so that only a registry that hangs needs the limits.
get_wheel() {
	timeout 60 python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$folder" taskcluster >/dev/null 2>&1
}

# `info` downloads the crate alone, without what it depends on.
get_crate() {
	local home=$folder/cargo status=0
	mkdir -p "$home"
	(cd "$home" && CARGO_HOME=$home timeout 60 cargo info --quiet taskcluster >/dev/null 2>&1) || status=$?
	local crates=("$home"/registry/cache/*/taskcluster-*.crate)
	((${#crates[@]} == 0)) || cp "${crates[@]}" "$folder"
	rm -rf "$home"
	((status == 0 && ${#crates[@]}))
}

clients
if ((${#found[@]} == 0)); then
	get_wheel || echo "Python's client: absent (pip cannot get it)"
	get_crate || echo "Rust's client: absent (cargo cannot get it)"
	clients
fi
((${#found[@]})) || {
	echo "skipped: $folder has no client"
	exit 77
}
python3 tests/interop/published.py references/taskcluster "${found[@]}"
