#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# --all for every way of paging, and streams of events: lines as they come, limits, failures midway,
# Ctrl-C, and memory that does not grow.
. tests/cli/check.sh
exec </dev/null
start_canned

nobody_there() { # who is asked several times
	BUILDBOT_URL=http://127.0.0.1:1 run 1 api buildbot listenEvents 'builds/*/*'
	tells "Check the server's URL"
}
in_rig || meanwhile nobody_there

# every item, each a line of JSON, however the system pages
run 0 api queue listTaskGroup plain --all
is '{"n":1,"text":"ä\n"}
{"n":2,"text":"ä\n"}
{"n":3,"text":"ä\n"}'
silent
run 0 api buildbot listBuilders --all
is '{"builderid":0}
{"builderid":1}
{"builderid":2}
{"builderid":3}
{"builderid":4}
{"builderid":5}
{"builderid":6}'
run 0 api buildbot listBuilders --all --offset 5
is '{"builderid":5}
{"builderid":6}'
run 0 api treeherder getAlertSummaries --all
is '{"page":1,"n":1}
{"page":1,"n":2}
{"page":2,"n":1}
{"page":2,"n":2}
{"page":3,"n":1}
{"page":3,"n":2}'
run 0 api treeherder getPushes try --all --count 3
is '{"id":9,"push_timestamp":104}
{"id":8,"push_timestamp":104}
{"id":7,"push_timestamp":103}
{"id":6,"push_timestamp":103}
{"id":5,"push_timestamp":102}
{"id":4,"push_timestamp":102}
{"id":3,"push_timestamp":101}
{"id":2,"push_timestamp":101}
{"id":1,"push_timestamp":100}'
on_terminal 0 api buildbot listBuilders --all --max-items 1
has '{"builderid":0}'

# a list that was cut says so, in the last line of standard error; others say nothing
run 0 api buildbot listBuilders --all --max-items 3
ends_with 'taskcluster: the list goes on behind these 3 items, or may (--max-items)'
run 0 api buildbot listBuilders --all --max-items 99
silent
run 0 api queue listTaskGroup plain --all --max-items 3
silent
run 0 api queue listTaskGroup plain --all --max-items 2
ends_with 'taskcluster: the list goes on behind these 2 items, or may (--max-items)'
one_page='taskcluster: this is one page, and the list goes on, or may: --all gives every item'
run 0 api queue listTaskGroup plain
ends_with "$one_page"
run 0 api queue listTaskGroup plain --continuationToken c
silent
run 0 api buildbot listBuilders
silent
run 0 api buildbot listBuilders --limit 3
ends_with "$one_page"
run 0 api buildbot listBuilders --limit 9
silent
run 0 api treeherder getPushes try
silent # nine, and servers give ten when nobody says how many
run 0 api treeherder getPushes try --count 4
ends_with "$one_page"
run 0 api treeherder getPushes try --all --search bug
ends_with 'taskcluster: the server gives no more than 200 items with --search: there may be more'
[[ $(wc -l <<<"$out") == 200 ]] || fail "a search is one page"
run 2 api treeherder getPushes try --all --search bug --author me
tells "search cannot go with author, only with count"

# told apart, where a list has no order
run 0 api treeherder getJobs try --all --distinct
is '{"id":1}
{"id":2}
{"id":3}'
run 0 api treeherder getJobs try --all
[[ $(wc -l <<<"$out") == 4 ]] || fail "as the server gives them"
run 2 api treeherder getJobs try --distinct
tells "--distinct goes with --all"
run 2 api buildbot listBuilders --all --distinct
tells "have nothing to be told apart by"

# no more than are wanted, and no request for what is not
run 0 -v api buildbot listBuilders --all --max-items 4
[[ $(wc -l <<<"$out") == 4 ]] || fail "--max-items"
tells "limit=1"
lacks "offset=4"
run 0 api queue listTaskGroup plain --all --max-items=1
is '{"n":1,"text":"ä\n"}'

# a page that fails: what came is there, and it is told where it broke off
run 1 api queue listTaskGroup refused --all
is '{"n":1,"text":"ä\n"}
{"n":2,"text":"ä\n"}'
tells "404 ResourceNotFound"
tells "2 items came before; what failed is the page at --continuationToken b."
run 1 api queue listTaskGroup cut --all
has '{"n":4}'
tells 'item 2 of the page with the token "b"'
tells "4 items came before"
run 1 api queue listTaskGroup refused --all --continuationToken b
tells "0 items came before; what failed is the page that was asked for first."

# a file is whole or not there
run 0 api queue listTaskGroup plain --all -o "$folder/list"
is ''
[[ $(wc -l <"$folder/list") == 3 ]] || fail "--all -o"
run 1 api queue listTaskGroup refused --all -o "$folder/part"
[[ ! -e $folder/part ]] || fail "a part is no list"

# Ctrl-C between two pages
interrupted 1 api queue listTaskGroup hang --all -o "$folder/hung"
silent
[[ -z $(find "$folder" -name 'hung*') ]] || fail "Ctrl-C left a file"
interrupted 1 api queue listTaskGroup hang --all
is '{"n":1,"text":"ä\n"}
{"n":2,"text":"ä\n"}'

# a page of 150 MB in little memory
lean 40000 api queue listTaskGroup long --all --max-items 150000
[[ -n ${TC_SANITIZE:-} || ! -x /usr/bin/time || $(wc -l <"$folder/lean") == 150000 ]] || fail "items are missing"

# events, as they come
events='{"key":"builds/*/*","n":1}
{"key":"builds/*/*","n":2}'
run 0 api buildbot listenEvents 'builds/*/*' --max-items 2
is "$events"
silent
run 0 -v api buildbot listenEvents 'builds/*/*' --max-items 1
tells listening
run 0 api buildbot listenEvents 'builds/*/*' --max-items 2 -o "$folder/events"
[[ $(<"$folder/events") == "$events" ]] || fail "events in a file"
interrupted 1 api buildbot listenEvents 'builds/*/*'
is "$events"$'\n''{"key":"builds/*/*","n":3}'
silent
interrupted 1 api buildbot listenEvents 'builds/*/*' -o - # no file that has to be whole
is "$events"$'\n''{"key":"builds/*/*","n":3}'
"$TC_CLI" -v api buildbot listenEvents 'builds/*/*' -o "$folder/hung" --max-items 2 2>&1 | head -c0 || true
[[ -z $(find "$folder" -name "hung.*") ]] || fail "a log that nobody reads left a file"
rm -f "$folder/hung"
interrupted 1 api buildbot listenEvents 'builds/*/*' -o "$folder/hung" --max-items 4
[[ -z $(find "$folder" -name 'hung*') ]] || fail "Ctrl-C left a file"
run 1 api buildbot listenEvents ends --once
has '{"key":"ends","n":3}'
tells "has ended the stream"
# a server that ends the connection, and is there again, is listened to again
run 0 api buildbot listenEvents restarts --max-items 9
[[ $(wc -l <<<"$out") == 9 ]] || fail "events of three connections"
missed='taskcluster: the connection ended and stands again: events may have been missed'
[[ $err == "$missed"$'\n'"$missed" ]] || fail "events that may lack are told"
run 2 api buildbot listBuilders --once
tells "--once goes with streams"

# wrong use
run 2 api queue status T --all
tells "queue status does not page"
run 2 api buildbot listenEvents x --all
tells "does not page"
run 2 api buildbot listBuilders --all --url
tells "--all sends calls"
run 2 api buildbot listBuilders --max-items 3
tells "--max-items goes with --all"
for number in 0 -1 x 1x '' 99999999999999999999; do
	run 2 api buildbot listBuilders --all --max-items "$number"
	tells "expected a number from 1"
done
run 2 api buildbot listBuilders --max-items
tells "--max-items needs a value"
run 2 api buildbot listenEvents x -o "$folder/events"
tells "with --max-items"
run 2 api buildbot listBuilders --all -o "$folder"
tells "is a folder"
run 0 api buildbot listenEvents 'builds/*/*' --url
is "$BUILDBOT_URL/sse/listen/builds/%2A/%2A"
all_have_ended
echo "lists: all as they should be"
