#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Nothing that a server says steers the terminal, wherever it stands: neither ASCII's controls nor
# those of ISO 6429, which UTF-8 begins with 0xc2.
. tests/cli/check.sh
exec </dev/null
start_canned

# as bytes: what $'\u009b' is depends on the locale
controls=($'\033' $'\a' $'\xc2\x9b' $'\x7f')
plain() {
	local control
	for control in "${controls[@]}"; do
		lacks "$control"
	done
}

# what is looked for is there where nobody has taken it out
run 0 api github badge controls r b
for control in "${controls[@]}"; do
	has "$control"
done
on_terminal 1 api github badge controls r b
plain
has 'nothing for a terminal'

# JSON has escapes for them, and stays the same JSON
on_terminal 0 api queue status steer
plain
has '\u007f\u009b31m\u202e é'
run 0 api queue status steer
is $'{"text":"\x7f\xc2\x9b31m\xe2\x80\xae é"}'

# places and ids in messages, and the type of what is not shown
on_terminal 1 api queue listTaskGroup steer --all
plain
has 'page at --continuationToken t'
on_terminal 1 api queue status steerid
plain
has 'Request id: R'
on_terminal 1 api queue status steertype
plain
has 'expected application/json'
for reply in steerurl steersentence; do
	on_terminal 1 api index findArtifactFromTask "$reply" a
	plain
	has 'nothing for a terminal'
done
run 0 api index findArtifactFromTask steerurl a
has $'http://x/\033'

# and what -vv tells of headers
on_terminal 1 -vv api queue status steerid
plain
