#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# --help behind a function says what the tables say, for every system.
. tests/cli/check.sh
exec </dev/null

explain() { run 0 api "$@" --help; silent; }
shows() { has $'\n'"$1"$'\n'; }

# keys with their types, operators, lists, ranges and values
explain buildbot listBuilders
shows '  --name, --name__eq, __ne, __in, __notin VALUE, repeatable; __lt, __le, __gt,
      __ge, __contains'
shows '  --limit INTEGER, at least 1'
has '  --tags__contains VALUE, repeatable'
has '  --field VALUE, repeatable; selects members: builderid, description,'
has '  --order VALUE, repeatable; sorts by: builderid, description,'
has '; with - in front,'
shows '  With --field, filter and sort by its values only.'
explain treeherder getJobs
shows '  --id, --id__lt, __lte, __gt, __gte INTEGER; __in, several with commas'
shows '  --job_guid VALUE; --job_guid__in, several with commas'
has '--submit_time__lt, __lte, __gt, __gte YYYY-MM-DD[THH:MM[:SS]]'
shows '  --count INTEGER, 1 to 2000'
shows '  --return_type VALUE; one of dict, list'
lacks Scopes
explain treeherder getPushDecisionTasks
shows '  --push_ids INTEGER, required, several with commas'
explain treeherder getPushes
shows '  --push_timestamp__lt, __lte, __gt, __gte NUMBER'
shows '  --startdate YYYY-MM-DD'
shows '  --all_repos true'
explain treeherder getPerformanceSummary
shows '  Needed: --revision, or --interval, or --startday and --endday'
explain treeherder login
has '  --Authorization VALUE, required, a secret'
has $'\nHeaders\n'
lacks $'\nQuery\n'
explain queue listArtifacts
shows '  --limit VALUE'

# how it pages, by whatever keys
shows 'Pages      by --continuationToken; --all gives every item of all of them'
explain buildbot listBuilders
shows 'Pages      by --offset and --limit; --all gives every item of all of them'
explain treeherder getPushes
shows 'Pages      by --push_timestamp__lt and --count, at most 1000 items each; --all
           gives every item of all of them, with --search of the one page of at
           most 200 that there is'
explain treeherder getAlertSummaries
has 'Pages      by --page and --limit, at most 100 items each'
explain treeherder getChangelog
lacks Pages

# which argument may be empty
explain index listTasks
shows 'Argument   <namespace> may be empty, "": the top level of the index'
explain index findTask
lacks $'\nArgument'

# what it answers, who may call it, since when
explain buildbot listenEvents
shows 'Reply      a stream of events, each a line of JSON, that does not end by itself'
explain buildbot getLogRaw
shows 'Reply      bytes'
explain buildbot stopBuild
shows 'Request    POST /builds/<buildId>, a remote procedure call of "stop"'
has 'Body       its parameters as JSON'
lacks Needed
explain buildbot forceBuild
shows 'Needed     builderid, or builderNames in its body'
explain treeherder createNote
shows 'Caller     credentials are required'
explain treeherder login
shows 'Caller     anybody; credentials are never sent'
explain buildbot getLogRawInline
shows 'Stability  stable, there since 3.10'
explain treeherder postArtifactCollection
has ', removed in '
explain queue status
lacks Caller

# options only where they mean something
has --signed-url
for option in --all --max-items --body --base-url --server-url; do lacks "$option"; done
explain queue createTask
has --body
lacks --signed-url
explain queue listArtifacts
has --all
has --max-items
explain buildbot listenEvents
lacks --all
has --max-items
has --server-url
lacks --signed-url
explain classic-queue status
has --base-url
run 0 api --help
has --all
has --server-url

# nothing that could be broken is wider than a terminal
too_wide() {
	sed 's/…/./g' | awk 'length($0) > 80 && /^ *--|^taskcluster|^(Request|Body|Reply|Pages|Caller|Stability) / {
		sub(/^[A-Z][a-z]* */, ""); sub(/^ */, ""); if (/ /) print }'
}
for service in buildbot treeherder queue; do
	run 0 api "$service"
	for name in $(grep -o '^[a-zA-Z]*' <<<"$out"); do
		explain "$service" "$name"
		wide=$(too_wide <<<"$out")
		[[ -z $wide ]] || fail "too wide: $wide"
	done
done
echo "help: all as it should be"
