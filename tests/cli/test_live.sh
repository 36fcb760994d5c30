#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What deployments publish of themselves: newer ones than this client, older, broken and hostile ones, and those that publish
# nothing; the cache; advice about functions that a deployment has otherwise.
. tests/cli/check.sh
exec </dev/null
unset XDG_CACHE_HOME
if [[ $("$TC_CLI" api --live 2>&1 || true) == *'built without'* ]]; then
	run 2 api --live queue ping
	tells 'without the component references'
	run 2 api queue noSuchThing
	tells 'has no function noSuchThing'
	exit 0
fi
command -v node >/dev/null || exit 77

log=$folder/requests
: >"$log"
declare -A at
# start FILE: the deployments, whose root URLs are in `at` then
start() {
	local pair
	node tests/cli/deployment.js "$log" >"$1" &
	servers+=($!)
	await_line "$1"
	for pair in $(<"$1"); do at[${pair%%=*}]=${pair#*=}; done
}
start "$folder/roots"
cache=$HOME/.cache/taskcluster
use() { export TASKCLUSTER_ROOT_URL=${at[$1]}; }
# asked PATTERN: how many requests there were
asked() { grep -c -E "$1" "$log" || true; }
forget() { : >"$log"; }
entries() { find "$cache" -type f | wc -l; }

# ---- a newer deployment: all of api works with what it has
use newer
run 0 api --live
has $'queue\n' && has $'paint\n    Paints.\n'
run 0 api --live queue
has $'taskQueueForecast\n    What taskQueueForecast does.\n'
has $'\nlistShades <color>\n'
forget
run 0 api --live queue taskQueueForecast --help
has $'taskcluster api --live queue taskQueueForecast < body.json\n'
has $'\nRequest    POST /task-queues/forecast\n'
has '  queue:pending-count:<q>, for each q in taskQueueIds'
lacks --server-url
run 0 help api --live queue listShades
has $'\n  --shade VALUE\n'
run 0 api queue --live taskQueueForecast <<<'{"taskQueueIds": ["a/b"]}'
is '{"taskQueueIds":["a/b"]}'
run 0 api queue taskQueueForecast --select /taskQueueIds/0 --live <<<'{"taskQueueIds": ["a/b"]}'
is a/b
run 0 api --live queue listShades blue --shade x --all
is $'"sky"\n"x"\n"navy"'
run 0 api --live queue listShades blue --shade x -o "$folder/shades"
[[ $(<"$folder/shades") == *'"sky","x"'* ]] || fail '-o'
tells 'this is one page'
run 0 api --live queue listShades blue --url
is "${at[newer]}/api/queue/v1/shades/blue"
run 0 api --live queue taskQueueForecast --dry-run <<<'{"taskQueueIds": ["a"]}'
has "POST ${at[newer]}/api/queue/v1/task-queues/forecast"
run 0 api --live paint ping
is '{"alive":true}'
run 0 api --live=false queue ping
run 0 api --live workerManager ping

# its own schema decides about bodies, before anything is sent
forget
run 2 api --live queue taskQueueForecast <<<'{"taskQueueIds": ["a", "b", "c", "d"]}'
tells 'queue.taskQueueForecast: /taskQueueIds: expected at most 3 items, got 4'
run 2 api --live queue taskQueueForecast <<<'{}'
tells taskQueueIds
run 2 api --live queue taskQueueForecast --shade x
tells 'unknown option --shade'
tells '`taskcluster api --live queue taskQueueForecast --help`'
run 2 api --live queue listShades
tells '`taskcluster api --live queue listShades --help`'
run 2 api --live queue listShades blue --color red --url # which is not what the path is to have
tells 'listShades has an argument <color>'
run 2 api --live queue listShade
tells 'did you mean listShades?'
run 2 api --live queue nothingLikeIt
tells '`taskcluster api --live queue` lists them'
run 2 api --live queu ping
tells "${at[newer]} has no service queu: did you mean queue?"
run 2 api --live treeherder getJobs
tells 'has no service treeherder'
run 2 api --refresh queue ping
tells '--refresh goes with --live'
[[ $(asked 'newer .* /api/') == 0 ]] || fail 'a call was sent'

# where both know a function, the deployment's counts; who does not say --live is told that there is it
run 0 api --live queue status T
is '{"state":"new"}'
run 2 api queue taskQueueForecast
tells '`taskcluster api --live queue taskQueueForecast`'
run 2 api paint ping
tells '`taskcluster api --live paint`'
run 2 api createTask
lacks --live
run 2 api treeherder getJob
lacks --live

# nothing steers the terminal
on_terminal 0 api --live queue steer --help
has 'Owned'
lacks $'\033' && lacks $'\u009b'

# ---- who calls
forget
TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=never-to-be-printed run 0 api --live --refresh queue taskQueueForecast \
	<<<'{"taskQueueIds": ["a"]}'
[[ $(asked 'references.* unsigned') -ge 2 && $(asked '(references|schemas).* signed') == 0 ]] || fail 'references were asked for with a signature'
[[ $(asked 'POST /api/queue/v1/task-queues/forecast signed') == 1 ]] || fail 'the call is not signed'
# who calls is not for references to say
use open
forget
TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=never-to-be-printed run 1 api --live queue cancelTask T
TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=never-to-be-printed run 0 api --live queue ping
[[ $(asked 'POST .*/cancel signed') == 1 && $(asked 'GET .*/ping unsigned') == 1 ]] || fail 'references said who calls'
use newer
# below a proxy, which has no references, calls go to it all the same
forget
TASKCLUSTER_PROXY_URL=${at[older]} run 0 api --live --refresh queue taskQueueForecast <<<'{"taskQueueIds": ["a"]}'
[[ $(asked '^older POST /api/queue/v1/task-queues/forecast unsigned') == 1 && $(asked '^older') == 1 ]] || fail 'not by the proxy'
TASKCLUSTER_ROOT_URL='' TASKCLUSTER_PROXY_URL=${at[newer]} run 2 api --live queue ping
tells 'set TASKCLUSTER_ROOT_URL, for the proxy (from TASKCLUSTER_PROXY_URL) has no references'
TASKCLUSTER_ROOT_URL='' run 2 api --live queue ping
tells 'set TASKCLUSTER_ROOT_URL'

# ---- the cache
[[ $(stat -c %a "$cache") == 700 && -z $(find "$cache" -type f ! -perm 600) ]] || fail 'modes of the cache'
rm -r "$cache"
forget
run 0 api --live queue
first=$(asked references)
run 0 api --live queue
[[ $(asked references) == "$first" && $(entries) == 1 ]] || fail 'the cache was not used'
TASKCLUSTER_ROOT_URL=$TASKCLUSTER_ROOT_URL/ run 0 api --live queue
[[ $(asked references) == "$first" ]] || fail 'a slash makes another deployment'
entry=$(find "$cache" -type f)
again() { # WHY: the next use asks the deployment
	forget
	run 0 api --live queue listShades blue --url
	silent
	[[ $(asked 'references/queue') -ge 1 ]] || fail "$1: it was used"
	forget
	run 0 api --live queue listShades blue --url
	[[ $(asked references) == 0 ]] || fail "$1: not kept"
}
touch -d '2 hours ago' "$entry" && again 'an old one'
touch -d '2 hours' "$entry" && again 'one from the future'
sed -i s/listShades/listShadow/ "$entry" && again 'a changed one'
truncate -s -1 "$entry" && again 'a short one'
: >"$entry" && again 'an empty one'
chmod 622 "$entry" && again 'one that others may write'
rm "$entry" && ln -s /dev/zero "$entry" && again 'a link'
cp "$entry" "$folder/kept"
use older
run 0 api --live queue # of another deployment, in place of this one's
mv "$(find "$cache" -type f ! -path "$entry")" "$entry"
use newer
again "another deployment's"
forget
run 0 api --live --refresh queue
[[ $(asked 'references/queue') -ge 1 ]] || fail '--refresh'

# what is intact and yet no reference counts as none
printf '%s queue\n[]' "$TASKCLUSTER_ROOT_URL" >"$folder/body"
{ echo "taskcluster-references-1 $(sha256sum "$folder/body" | cut -d ' ' -f 1)"; cat "$folder/body"; } >"$entry"
again 'one without services'

# a folder that others may write, or that is none, is not used
chmod 777 "$cache"
forget
for i in 1 2; do
	run 0 api --live queue listShades blue --url
	tells "warning: $cache is not used: it belongs to somebody else, or others may write to it"
done
[[ $(asked 'references/queue') -ge 2 ]] || fail 'a folder that others may write was used'
chmod 700 "$cache"
XDG_CACHE_HOME=/dev/null run 0 api --live queue listShades blue --url
tells 'warning: /dev/null/taskcluster is not used'
XDG_CACHE_HOME=$folder/xdg run 0 api --live queue listShades blue --url
[[ $(find "$folder/xdg/taskcluster" -type f | wc -l) == 1 ]] || fail XDG_CACHE_HOME
XDG_CACHE_HOME=relative run 0 api --live queue listShades blue --url
[[ ! -e relative ]] || fail 'a relative XDG_CACHE_HOME'
HOME='' run 0 api --live queue listShades blue --url
silent

# several at once
rm -r "$cache"
jobs=()
for i in 1 2 3 4 5 6; do
	"$TC_CLI" api --live --refresh queue taskQueueForecast <<<'{"taskQueueIds":[]}' >/dev/null 2>"$folder/at-once.$i" &
	jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job" && fail 'an empty list was taken' || [[ $? == 2 ]] || fail 'at once'; done
! grep -v -e taskQueueIds -e 'See `' "$folder"/at-once.* || fail 'at once'
[[ $(entries) == 1 ]] || fail 'temporary files are left'

# it stays small
for i in 1 2 3 4 5; do
	truncate -s 15M "$cache/$i.references"
	touch -d "$((i + 1)) days ago" "$cache/$i.references"
done
run 0 api --live --refresh queue
[[ $(cd "$cache" && echo ?.references) == '1.references 2.references 3.references 4.references' ]] || fail 'the oldest one did not go'
rm "$cache"/?.references

# ---- a deployment that goes away
start "$folder/others"
use newer
run 0 api --live queue
kill "${servers[1]}"
wait "${servers[1]}" 2>/dev/null || true
run 0 api --live queue listShades blue --url
silent
find "$cache" -type f -exec touch -d '50 hours ago' {} +
run 0 api --live queue listShades blue --url
is "${at[newer]}/api/queue/v1/shades/blue"
tells 'its references of 2 days ago are used'
nobody_there() { # who is asked several times
	run 1 api --live --refresh queue ping
	tells 'no reply from'
}
meanwhile nobody_there
for pair in $(<"$folder/roots"); do at[${pair%%=*}]=${pair#*=}; done

# ---- those that publish nothing, and those that publish what they should not
use none
run 1 api --live queue ping
tells "${at[none]} publishes no references: there is no ${at[none]}/references/manifest.json"
tells 'leave --live out'
use page
run 1 api --live queue ping
tells 'manifest.json: the reply (text/html) is not JSON'
run 1 --errors json api --live queue ping
tells '"exitStatus":1}'
use older
rm -r "$cache"
forget
declare -A refusals=(
	[broken]='ends before its value does' [deep]='nest more than' [huge]='over 67108864 bytes' [endless]='over 67108864 bytes'
	[absent]='references/queue/v1/api.json: '
	[hosts]='of the same server' [slashes]='of the same server' [climbing]='of the same server' [outside]='of the same server'
	[routes]='/route: is "/../../auth/v1/evil"' [absolute]='/route: is "http://' [service]='/serviceName: is "queue/../auth"'
	[dialect]='/$schema: is "/schemas/libtaskcluster' [circle]='leads back to itself' [refhost]='/$ref: is "http://')
for kind in "${!refusals[@]}"; do
	use "$kind"
	run 1 api --live queue ping
	tells "${refusals[$kind]}"
	tells "${at[$kind]}"
done
# what names another host where nothing is asked of it is not asked there
for kind in classic schemahost; do
	use "$kind"
	run 0 api --live queue ping
	is '{"alive":true}'
done
run 0 api --live queue evil --dry-run <<<'{}'
has "POST ${at[schemahost]}/api/queue/v1/evil"
[[ $(asked '^elsewhere') == 0 ]] || fail 'another host was asked'
[[ $(entries) == 2 ]] || fail 'what was refused was kept'

# ---- advice: nothing without a cache, and by it for functions that the deployment has otherwise, or not at all
use older
run 1 api queue getTaskGroup T
lacks 'By its references'
run 0 api --live queue ping
run 1 api queue getTaskGroup T
tells 'By its references of a moment ago this deployment does not have this function'
tells '`taskcluster api diff`'
run 1 api queue status T
lacks 'By its references'
run 1 api queue createTask T <<<'{"payload": {}}'
tells '400'
lacks 'By its references'
use newer
find "$cache" -type f -delete
run 0 api --live # all of them do as well
find "$cache" -type f -exec touch -d '3 hours ago' {} +
run 1 api queue status T
tells 'By its references of 3 hours ago this deployment has this function at another place: GET /tasks/<taskId>/state'
tells '`taskcluster api --live queue status`'
run 1 api queue listProvisioners
tells '400'
tells 'has this function with another query: GET /provisioners'
task=fN1SbArXTPSVFNUvaOlinQ
run 1 api queue tasks <<<"{\"taskIds\": [\"$task\", \"$task\"]}"
tells 'this deployment takes another body: queue.tasks: /taskIds: expected at most 1 item'
run 1 api queue tasks <<<'{"taskIds": "x"}' # which is wrong by both
lacks 'By its references'

# ---- both releases
run 0 version --server
has 'taskcluster version 10' && has $'\nserver: v107.2.0\n'
has $'\nfunctions: 4 that this client does not know, '
has '`taskcluster api diff`'
lacks 'They differ'
use older
run 0 version --server
has 'functions: 0 that this client does not know, '
use none
run 0 version --server
has 'They differ'
silent
use page
on_terminal 0 version --server
has 'v107.2.0 [31m'
lacks $'\033'

all_have_ended
