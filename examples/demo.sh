#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The main job, start to end: references become C, a Taskcluster starts on loopback, and the programs
# of this folder use it. Run by ./dev demo, which builds first.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-build/bin}
work=$(mktemp -d)
server=
stop() {
	[[ -z $server ]] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true; }
	rm -rf "$work"
}
trap stop EXIT

step() {
	printf '\n%s\n' "$*"
}

step "1. The generator turns API references into C:"
"$bin/taskcluster-codegen" --references references/taskcluster --references references/classic \
	--out "$work/generated" | sed 's/^/   /'

step "2. A Taskcluster starts on this machine:"
"$bin/taskcluster-sandbox" --references references/taskcluster >"$work/env" &
server=$!
for _ in $(seq 100); do
	[[ $(grep -c '^export' "$work/env") -lt 3 ]] || break
	kill -0 "$server"
	sleep 0.05
done
# shellcheck disable=SC1091
. "$work/env"
echo "   it answers at $TASKCLUSTER_ROOT_URL"

step "3. Signed calls on four services, from examples/tour.c:"
"$bin/example-tour" "$TASKCLUSTER_ROOT_URL/classic/{service}/v1" >"$work/tour"
grep -v '^SIGNED_URL' "$work/tour"

step "4. A signed URL, opened by plain curl without any credentials:"
url=$(sed -n 's/^SIGNED_URL //p' "$work/tour")
echo "   ${url:0:96}…"
echo "   curl got: $(curl -sSf "$url")"

step "5. What a listener binds its queue to, to hear of one task's completion:"
"$bin/taskcluster" routing-key queue taskCompleted taskId=fN1SbArXTPSVFNUvaOlinQ | sed 's/^/   /'

step "That was all of it. README.md shows how to write such programs."
