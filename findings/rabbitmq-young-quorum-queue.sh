#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: RabbitMQ 3.10.8 (Debian 12) and 4.0.5 (Debian 13), one node; the client is librabbitmq 0.11.0, 0.15.0.
# Expected: a durable quorum queue that was declared is there after the broker was killed, with the persistent
#   message that the broker had confirmed; or at least whoever asks for it is told that it is not.
# Seen: when the kill comes within half a second of the declaration the queue stands for ever without a leader, also
#   after a clean restart: a passive declare is answered, with 0 messages, and the confirmed message is gone. With two
#   seconds in between all is well. (The list of the node's Raft servers is written every half second; what is not in
#   it is begun anew, as "name_not_registered", and elects nobody.)
# Matters: a confirmation is no promise for a queue that is so young; and nobody can take from such a queue, so a
#   listener needs a limit for each answer of the broker's.
# Needs Debian's rabbitmq-server, librabbitmq-dev and a C compiler.
set -euo pipefail
server=/usr/lib/rabbitmq/bin/rabbitmq-server # the one that does not change users
folder=$(mktemp -d)
broker= epmd=
finish() {
	kill -KILL $broker $epmd 2>/dev/null || true
	wait
	rm -rf "$folder"
}
trap finish EXIT

cat >"$folder/client.c" <<'C'
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
static amqp_connection_state_t s;
static void must(const char *what)
{
	if (amqp_get_rpc_reply(s).reply_type != AMQP_RESPONSE_NORMAL) {
		printf("%s: refused\n", what);
		exit(2);
	}
}
int main(int argc, char **argv)
{
	struct timeval patience = { .tv_sec = 10 };
	amqp_bytes_t queue = amqp_cstring_bytes("q");
	s = amqp_new_connection();
	if (amqp_socket_open_noblock(amqp_tcp_socket_new(s), "127.0.0.1", atoi(argv[2]), &patience))
		return 2;
	if (amqp_login(s, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest").reply_type !=
		AMQP_RESPONSE_NORMAL)
		return 2;
	amqp_channel_open(s, 1);
	must("channel");
	if (strcmp(argv[1], "make") == 0) {
		amqp_table_entry_t type = { amqp_cstring_bytes("x-queue-type"),
			{ .kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("quorum") } };
		amqp_basic_properties_t persistent = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = 2 };
		amqp_frame_t frame;
		amqp_confirm_select(s, 1);
		must("confirms");
		amqp_queue_declare(s, 1, queue, 0, 1, 0, 0, (amqp_table_t){ 1, &type });
		must("declare");
		amqp_basic_publish(s, 1, amqp_empty_bytes, queue, 0, 0, &persistent, amqp_cstring_bytes("kept"));
		if (amqp_simple_wait_frame_noblock(s, &frame, &patience) != AMQP_STATUS_OK ||
			frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
			return 2;
		printf("declared, and a message confirmed\n");
		return 0; /* at once: no goodbye */
	}
	for (int i = 0; i < 50; i++) { /* a count comes late on quorum queues */
		amqp_queue_declare_ok_t *ok = amqp_queue_declare(s, 1, queue, 1, 0, 0, 0, amqp_empty_table);
		must("passive declare");
		if (ok->message_count) {
			printf("passive declare: there, with %u message\n", ok->message_count);
			return 0;
		}
		usleep(200000);
	}
	printf("passive declare: there, with 0 messages for 10 s\n");
	return 1;
}
C
cc -w -o "$folder/client" "$folder/client.c" -lrabbitmq

port=$((RANDOM % 8000 + 20000))
export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((port + 1)) RABBITMQ_DIST_PORT=$((port + 2))
export RABBITMQ_NODENAME=young@localhost RABBITMQ_CONF_ENV_FILE=/dev/null RUNNING_UNDER_SYSTEMD=true
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
epmd -port $((port + 1)) -address 127.0.0.1 >/dev/null 2>&1 &
epmd=$!

# Each broker has a folder of its own; only its log tells that it is up.
start() {
	export HOME=$folder/$1 RABBITMQ_MNESIA_BASE=$folder/$1/data RABBITMQ_LOG_BASE=$folder/$1/log
	export RABBITMQ_PID_FILE=$folder/$1/pid RABBITMQ_ENABLED_PLUGINS_FILE=$folder/$1/plugins
	export RABBITMQ_CONFIG_FILE=$folder/$1/rabbitmq
	rm -rf "$folder/$1/log"
	mkdir -p "$folder/$1"
	"$server" >"$folder/output" 2>&1 &
	broker=$!
	for ((i = 0; i < 600; i++)); do
		! grep -qs 'Server startup complete' "$folder/$1"/log/*.log || return 0
		sleep 0.2
	done
	cat "$folder/output"
	exit 2
}

stop() {
	kill -"$1" "$broker"
	{ wait "$broker"; } 2>/dev/null || true
}

# try PAUSE: what is there after a crash so long after the declaration, and after a clean restart then
try() {
	local status=0
	echo "killed $1 s after the declaration:"
	start "$1"
	"$folder/client" make "$port"
	sleep "$1"
	stop KILL
	start "$1"
	"$folder/client" look "$port" || status=$?
	stop TERM
	start "$1"
	"$folder/client" look "$port" || status=$((status * 10 + $?))
	stop KILL
	return $status
}

dpkg-query -W -f '${Package} ${Version}\n' rabbitmq-server 2>/dev/null || true
old=0 young=0
try 2 || old=$?
try 0 || young=$?
[[ $old == 0 && $young == 11 ]]
