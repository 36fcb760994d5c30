#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: RabbitMQ 4.0.5 (Debian 13), and 3.10.8 (Debian 12), which does as is expected; one node; the client is
#   librabbitmq 0.11.0, 0.15.0.
# Expected: a message that comes to a quorum queue by a dead-letter exchange is new there: its first delivery is not
#   redelivered and has no x-delivery-count, the second one has 1, the third 2.
# Seen on 4.0.5: when it was a quorum queue that gave it up, the first delivery is redelivered with x-delivery-count 1,
#   the second one says 1 again, the third 2, however often the first queue had given it out. From a classic queue it
#   is as expected.
# Matters: who allows a message two attempts by that header gives up after the first one, and who tells the first
#   delivery by `redelivered` has none.
# Needs Debian's rabbitmq-server, librabbitmq-dev and a C compiler.
set -euo pipefail
server=/usr/lib/rabbitmq/bin/rabbitmq-server # the one that does not change users
folder=$(mktemp -d)
broker= epmd=
finish() {
	kill -KILL $broker $epmd 2>/dev/null || true
	{ wait $broker $epmd; } 2>/dev/null || true
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
static amqp_connection_state_t s;
static struct timeval patience = { .tv_sec = 30 };
static amqp_bytes_t text(const char *t)
{
	return amqp_cstring_bytes(t);
}
static void must(const char *what)
{
	if (amqp_get_rpc_reply(s).reply_type != AMQP_RESPONSE_NORMAL) {
		printf("%s: refused\n", what);
		exit(2);
	}
}
static amqp_table_entry_t argument(const char *name, const char *value)
{
	return (amqp_table_entry_t){ text(name), { .kind = AMQP_FIELD_KIND_UTF8, .value.bytes = text(value) } };
}
static void declare(const char *queue, const char *type, const char *dead_letter)
{
	amqp_table_entry_t arguments[] = { argument("x-queue-type", type),
		argument("x-dead-letter-exchange", dead_letter) };
	amqp_queue_declare(s, 1, text(queue), 0, 1, 0, 0, (amqp_table_t){ *dead_letter ? 2 : 1, arguments });
	must(queue);
}
static void consume(const char *queue)
{
	amqp_basic_consume(s, 1, text(queue), text(queue), 0, 0, 0, amqp_empty_table);
	must("consume");
}
/* Settles the next message, and prints what came with it. */
static void next(int requeue, int shown)
{
	amqp_envelope_t e;
	long long count = -1;
	if (amqp_consume_message(s, &e, &patience, 0).reply_type != AMQP_RESPONSE_NORMAL)
		exit(2);
	amqp_table_t *headers = &e.message.properties.headers;
	if (e.message.properties._flags & AMQP_BASIC_HEADERS_FLAG)
		for (int i = 0; i < headers->num_entries; i++)
			if (headers->entries[i].key.len == 16 &&
				memcmp(headers->entries[i].key.bytes, "x-delivery-count", 16) == 0)
				count = headers->entries[i].value.value.i64;
	if (shown && count < 0)
		printf(" redelivered=%d count=none;", e.redelivered);
	else if (shown)
		printf(" redelivered=%d count=%lld;", e.redelivered, count);
	amqp_basic_reject(s, 1, e.delivery_tag, requeue);
	amqp_destroy_envelope(&e);
}
int main(int argc, char **argv)
{
	const char *type = argv[2];
	amqp_basic_properties_t persistent = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = 2 };
	s = amqp_new_connection();
	if (amqp_socket_open_noblock(amqp_tcp_socket_new(s), "127.0.0.1", atoi(argv[1]), &patience))
		return 2;
	if (amqp_login(s, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest").reply_type !=
		AMQP_RESPONSE_NORMAL)
		return 2;
	amqp_channel_open(s, 1);
	must("channel");
	amqp_exchange_declare(s, 1, text("dead"), text("topic"), 0, 1, 0, 0, amqp_empty_table);
	must("exchange");
	declare("graves", "quorum", "");
	amqp_queue_bind(s, 1, text("graves"), text("dead"), text("#"), amqp_empty_table);
	must("bind");
	declare(type, type, "dead");
	amqp_basic_publish(s, 1, amqp_empty_bytes, text(type), 0, 0, &persistent, text("{}"));
	consume(type);
	next(0, 0);
	consume("graves");
	for (int i = 0; i < 3; i++)
		next(i < 2, 1);
	printf("\n");
	amqp_connection_close(s, AMQP_REPLY_SUCCESS);
	return 0;
}
C
cc -w -o "$folder/client" "$folder/client.c" -lrabbitmq

port=$((RANDOM % 8000 + 20000))
export HOME=$folder ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((port + 1)) RABBITMQ_DIST_PORT=$((port + 2))
export RABBITMQ_NODENAME=dead@localhost RABBITMQ_CONF_ENV_FILE=/dev/null RUNNING_UNDER_SYSTEMD=true
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port
export RABBITMQ_MNESIA_BASE=$folder/data RABBITMQ_LOG_BASE=$folder/log RABBITMQ_PID_FILE=$folder/pid
export RABBITMQ_ENABLED_PLUGINS_FILE=$folder/plugins RABBITMQ_CONFIG_FILE=$folder/rabbitmq
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
epmd -port $((port + 1)) -address 127.0.0.1 >/dev/null 2>&1 &
epmd=$!
"$server" >"$folder/output" 2>&1 &
broker=$!
for ((i = 0; i < 600; i++)); do
	! grep -qs 'Server startup complete' "$folder"/log/*.log || break
	sleep 0.2
done

package=$(dpkg-query -W -f '${Version}' rabbitmq-server)
echo "rabbitmq-server $package: the deliveries of a message that a queue of this type had given up"
classic=$("$folder/client" "$port" classic)
quorum=$("$folder/client" "$port" quorum)
echo "classic:$classic"
echo "quorum:$quorum"
expected=' redelivered=0 count=none; redelivered=1 count=1; redelivered=1 count=2;'
seen=$expected
[[ $package == 3.* ]] || seen=' redelivered=1 count=1; redelivered=1 count=1; redelivered=1 count=2;'
[[ $classic == "$expected" && $quorum == "$seen" ]]
