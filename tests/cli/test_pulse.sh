#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# taskcluster pulse: what it refuses; and by a RabbitMQ on loopback, by TLS as Pulse is, what it prints of what a
# sandbox publishes, and which messages stay in the queue.
. tests/cli/check.sh
exec </dev/null
unset PULSE_HOSTNAME PULSE_USERNAME PULSE_PASSWORD PULSE_VHOST
[[ -x ${TC_SANDBOX:-} ]] || exit 77
if [[ $("$TC_CLI" pulse delete-queue x 2>&1) == *'built without librabbitmq'* ]]; then
	run 2 pulse listen queue taskCompleted
	tells 'built without librabbitmq'
	exit 77
fi

# ---- without a broker ----

run 0 pulse --help
has delete-queue
run 0 pulse listen --help
has "--timeout SECONDS"
run 2 pulse listen
tells "routing-key"
run 2 pulse listen queue
tells "routing-key queue"
run 2 pulse listen queu taskCompleted
tells "did you mean queue?"
run 2 pulse listen queue task-complete
tells "did you mean taskCompleted?"
run 2 pulse listen queue task-completed taskid=T
tells "did you mean taskId?"
run 2 pulse listen queue taskCompleted T
tells 'neither key=value nor the service'
run 2 pulse listen queue taskCompleted taskId=T queue
tells "which exchange?"
run 2 pulse listen queue taskCompleted taskId=T --pattern route.x
tells "one of them"
run 2 pulse listen --pattern route.x queue taskCompleted
tells "behind the exchange"
run 2 pulse listen queue taskCompleted --count 0
tells "--count"
run 2 pulse listen queue taskCompleted --queue ''
tells "empty"
run 2 pulse listen queue taskCompleted --queue queue/me/builds
tells "expected NAME alone"
run 2 pulse listen queue taskCompleted
tells 'no server was given'
tells PULSE_HOSTNAME
[[ $(wc -l <<<"$err") == 1 ]] || fail "expected to be told once what is not set"
run 2 pulse delete-queue
tells "expected \`taskcluster pulse delete-queue NAME"
run 2 pulse delete-queue name
tells PULSE_HOSTNAME
run 2 pulse delete-queue queue/me/builds
tells "expected NAME alone"
for url in amqps://me:never-to-be-printed@127.0.0.1 me:never-to-be-printed@127.0.0.1/x; do
	run 2 pulse listen queue taskCompleted --server "$url"
	tells "no account may be in the URL"
	lacks never-to-be-printed
done
run 2 pulse listen queue taskCompleted --server amqp://127.0.0.1:1
tells "PULSE_USERNAME is not set"
export PULSE_USERNAME=me PULSE_PASSWORD=never-to-be-printed
run 1 pulse listen queue taskCompleted --server amqp://127.0.0.1:1 --timeout 1
tells "no connection to the broker"
lacks never-to-be-printed

# ---- with one ----

broker_status=0
: >"$folder/broker"
examples/broker.sh >"$folder/broker" 2>"$folder/broker.log" &
broker=$!
servers+=("$broker")
for ((i = 0; i < 900; i++)); do
	[[ $(grep -c ^export "$folder/broker") -lt 5 ]] || break
	kill -0 "$broker" 2>/dev/null || break
	sleep 0.1
done
if ! grep -q BROKER_URL "$folder/broker"; then
	wait "$broker" || broker_status=$?
	cat "$folder/broker.log"
	exit "$broker_status"
fi
. "$folder/broker"

start_sandbox --poll-timeout 100 --pulse "$BROKER_URL"

# The port for TLS is silent to who does not begin with it.
without_tls() {
	run 1 pulse listen notify notify --server "amqp://$PULSE_HOSTNAME:5671" --timeout 10
	tells "5671 with it"
}
meanwhile without_tls

# listen ARGUMENT…: in the background, from when its queue is bound
listen() {
	last=(pulse listen "$@") status=0
	: >"$folder/told"
	# what the shell starts in the background ignores SIGINT
	env --default-signal=INT "$TC_CLI" -v pulse listen "$@" >"$folder/lines" 2>"$folder/told" &
	listener=$!
	servers+=("$listener")
	await_line "$folder/told"
	grep -q 'listening' "$folder/told" || fail "expected that it listens: $(<"$folder/told")"
}

# heard STATUS: it ends like this; sets out and err
heard() {
	status=0
	wait "$listener" || status=$?
	out=$(<"$folder/lines") err=$(<"$folder/told")
	((status == $1)) || fail "expected exit status $1"
}

# listened ARGUMENT…: it has listened, and so its queue is there
listened() {
	listen "$@"
	kill -TERM "$listener"
	heard 0
	is ''
}

# task [ROUTE]: creates one; sets $task
task() {
	task=$("$TC_CLI" slugid)
	"$TC_CLI" api queue createTask "$task" >/dev/null <<-JSON
		{"taskQueueId": "test/cli", "created": "$("$TC_CLI" from-now 0 seconds)", "routes": [${1:+\"$1\"}],
		 "deadline": "$("$TC_CLI" from-now 1 hour)", "payload": {}, "metadata":
		 {"name": "n", "description": "d", "owner": "a@example.com", "source": "https://example.com"}}
	JSON
}

# the sandbox has made its exchanges
for ((i = 0; i < 50; i++)); do
	! "$TC_CLI" pulse listen queue taskDefined --timeout 3 >"$folder/lines" 2>"$folder/told" || break
	sleep 0.1
done
[[ ! -s $folder/lines && ! -s $folder/told ]] || fail "expected silence: $(cat "$folder/lines" "$folder/told")"
# A task with a route, by two bindings at once and by the broker's name of an exchange. Another's is not heard.
listen queue taskPending workerType=other queue task-pending provisionerId=test workerType=cli \
	queue taskDefined --pattern route.index.cli.# --count 2
task
task index.cli.x
heard 0
[[ $(wc -l <"$folder/lines") == 2 ]] || fail "expected two lines"
out=$(sort "$folder/lines")
first=${out%%$'\n'*}
has "{\"exchange\":\"exchange/taskcluster-queue/v1/task-defined\",\"routingKey\":\"primary.$task._."
[[ $first == *'"cc":["route.index.cli.x"],"redelivered":false,"words":{"routingKeyKind":"primary","taskId":"'"$task"* ]] ||
	fail "expected cc and words of the first"
[[ $first == *'"workerType":"cli","schedulerId":'*'"payload":{'*'"state":"unscheduled"'*'}}' ]] || fail "expected a payload"
has '"exchange":"exchange/taskcluster-queue/v1/task-pending"'
tells listening
listen queue taskDefined --count 1 --select /words/taskId
task
heard 0
is "$task"

# A durable queue keeps what comes while nobody listens, and what is not wanted is as it was.
listened notify notify topic=cli.a --queue kept
for number in 1 2 3; do
	"$TC_CLI" api notify pulse <<<"{\"routingKey\": \"cli.a\", \"message\": {\"number\": $number}}" >/dev/null
done
run 0 pulse listen notify notify topic=cli.a --queue kept --count 2 --timeout 60
[[ $(wc -l <<<"$out") == 2 ]] || fail "expected two lines"
has '"words":{"routingKeyKind":"primary","topic":"cli.a"},"payload":{'
has '"number":1'
run 1 pulse listen notify notify topic=cli.a --queue kept --count 2 --timeout 3
has '"redelivered":false'
has '"number":3'
[[ $(wc -l <<<"$out") == 1 ]] || fail "expected one line"
tells 'of 2 messages there were 1'

# What was not written is not acknowledged: a reader that goes away ends it.
for number in 4 5 6; do
	"$TC_CLI" api notify pulse <<<"{\"routingKey\": \"cli.a\", \"message\": {\"number\": $number}}" >/dev/null
done
last=(pulse listen … "|" true) status=0 out=
(sleep 1 && exec "$TC_CLI" pulse listen notify notify topic=cli.a --queue kept --timeout 60 2>"$folder/err") | true || status=$?
err=$(<"$folder/err")
((status == 141)) || fail "expected an end by the closed pipe"
silent
run 0 pulse listen notify notify topic=cli.a --queue kept --count 3 --timeout 60
has '"number":4'
has '"number":5'
has '"number":6'
has '"redelivered":true'

# Signals end it well.
for signal in TERM INT; do
	listen notify notify
	kill -$signal "$listener"
	heard 0
	is ''
done

# Bodies that are no JSON are printed as texts, and acknowledged; and nothing steers a terminal.
if command -v node >/dev/null; then
	listened notify notify --pattern '#' --queue odd
	for way in run on_terminal; do
		printf 'no JSON \xff \033[31m' |
			node tests/cli/publish.js "$BROKER_URL" exchange/taskcluster-notify/v1/notification primary.cli.a
		printf '{"text": "\302\233 \177", "number": 1.50}' |
			node tests/cli/publish.js "$BROKER_URL" exchange/taskcluster-notify/v1/notification $'odd.\033'
		$way 0 pulse listen notify notify --pattern=# --queue odd --count 2 --timeout 60
		has '"words":{"routingKeyKind":"primary","topic":"cli.a"},"body":"no JSON ? \u001b[31m"}'
		has '"routingKey":"odd.\u001b","cc":[],"redelivered":false,"words":{'
		has '"payload":{"text":"'
		has '"number":1.50}}'
		[[ $way == run ]] || for control in $'\033' $'\xc2\x9b' $'\x7f'; do
			lacks "$control"
		done
	done
	run 0 pulse listen notify notify --pattern '#' --queue odd --timeout 3
	is ''
fi

# The broker's name of an exchange stands for service and exchange; one that no reference has goes by patterns.
listened exchange/taskcluster-notify/v1/notification topic=cli.b --queue whole
"$TC_CLI" api notify pulse <<<'{"routingKey": "cli.b", "message": {"number": 8}}' >/dev/null
run 0 pulse listen exchange/taskcluster-notify/v1/notification topic=cli.b --queue whole --count 1 --timeout 60
has '"topic":"cli.b"'
has '"number":8'
if command -v node >/dev/null; then
	node tests/cli/publish.js "$BROKER_URL" exchange/listener/own a.b topic <<<'{"own": 1}'
	listened exchange/listener/own --queue own
	listened exchange/listener/own --pattern 'c.*' queue taskDefined taskId=T --queue some
	for key in a.b c.d; do
		node tests/cli/publish.js "$BROKER_URL" exchange/listener/own $key <<<'{"own": 2}'
	done
	run 0 pulse listen exchange/listener/own --queue own --count 2 --timeout 60
	has '{"exchange":"exchange/listener/own","routingKey":"a.b","cc":[],"redelivered":false,"payload":{"own":2}}'
	run 1 pulse listen exchange/listener/own --pattern 'c.*' --queue some --count 2 --timeout 3
	has '"routingKey":"c.d"'
	lacks '"routingKey":"a.b"'
fi
run 2 pulse listen exchange/listener/own topic=cli.b
tells 'have no names'
run 1 pulse listen exchange/listener/none queue taskCompleted
tells 'NOT_FOUND'

# What the broker refuses ends it, with what can be done.
run 1 pulse listen github push
tells 'NOT_FOUND'
tells 'no such exchange'
PULSE_PASSWORD=never-to-be-printed run 2 pulse listen notify notify
tells ACCESS_REFUSED
tells 'PULSE_USERNAME and PULSE_PASSWORD'
lacks never-to-be-printed
SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt run 1 pulse listen notify notify --timeout 1
tells certificate
tells SSL_CERT_FILE
run 0 pulse delete-queue none --server "amqps://$PULSE_HOSTNAME"
PULSE_PASSWORD=never-to-be-printed run 2 pulse listen notify notify --server "amqps://$PULSE_HOSTNAME"
tells 'refuses the account'
lacks never-to-be-printed

# A queue that is deleted is gone with what is in it.
"$TC_CLI" api notify pulse <<<'{"routingKey": "cli.a", "message": {"number": 7}}' >/dev/null
run 0 pulse delete-queue kept
is ''
run 0 pulse delete-queue kept
run 0 pulse listen notify notify topic=cli.a --queue kept --timeout 3
is ''
all_have_ended
