/* SPDX-License-Identifier: MPL-2.0 */
#include "rabbit.h"

#include "tests/harness/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "/usr/lib/rabbitmq/bin/rabbitmq-server" /* the one that does not change users */
#define START_S 90

static int free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	getsockname(fd, (struct sockaddr *)&address, &size);
	close(fd);
	return ntohs(address.sin_port);
}

static void set(const char *name, const char *format, ...)
{
	char value[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(value, sizeof value, format, arguments);
	va_end(arguments);
	setenv(name, value, 1);
}

static void set_environment(const struct rabbit *rabbit)
{
	const char *folder = rabbit->folder;

	set("HOME", "%s", folder);
	set("ERL_EPMD_ADDRESS", "127.0.0.1");
	set("ERL_EPMD_PORT", "%d", rabbit->epmd_port);
	set("RABBITMQ_NODENAME", "tc%d@localhost", rabbit->port);
	set("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
	set("RABBITMQ_NODE_PORT", "%d", rabbit->port);
	set("RABBITMQ_DIST_PORT", "%d", rabbit->distribution_port);
	set("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
	set("RABBITMQ_MNESIA_BASE", "%s/mnesia", folder);
	set("RABBITMQ_LOG_BASE", "%s/log", folder);
	set("RABBITMQ_PID_FILE", "%s/pid", folder);
	set("RABBITMQ_ENABLED_PLUGINS_FILE", "%s/plugins", folder);
	set("RABBITMQ_CONFIG_FILE", "%s/rabbitmq", folder);
	set("RABBITMQ_CONF_ENV_FILE", "/dev/null");
	set("RUNNING_UNDER_SYSTEMD", "true"); /* the script becomes the server */
}

/* Runs a program that ends with the test, in the broker's environment, its output in a file; the
 * name server with its port. */
static pid_t run(const struct rabbit *rabbit, const char *program, const char *port)
{
	char path[100];
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof path, "%s/output", rabbit->folder);
	int out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int in = open("/dev/null", O_RDONLY);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	set_environment(rabbit);
	if (port)
		execlp(program, program, "-port", port, "-address", "127.0.0.1", (char *)NULL);
	else
		execlp(program, program, (char *)NULL);
	_exit(127);
}

bool rabbit_prepare(struct rabbit *rabbit)
{
	char port[16];

	if (access(PROGRAM, X_OK) != 0)
		return false;
	*rabbit = (struct rabbit){ .folder = "/tmp/tc-rabbit-XXXXXX" };
	assert_non_null(mkdtemp(rabbit->folder));
	rabbit->port = free_port();
	rabbit->distribution_port = free_port();
	rabbit->epmd_port = free_port();
	snprintf(rabbit->url, sizeof rabbit->url, "amqp://guest:guest@127.0.0.1:%d/%%2F",
		rabbit->port);
	/* started here, so that the server does not leave one behind */
	snprintf(port, sizeof port, "%d", rabbit->epmd_port);
	rabbit->epmd = run(rabbit, "epmd", port);
	return true;
}

static amqp_connection_state_t log_in(const struct rabbit *rabbit)
{
	amqp_connection_state_t state = amqp_new_connection();
	struct timeval patience = { .tv_sec = 10 };
	amqp_socket_t *socket = amqp_tcp_socket_new(state);

	amqp_set_handshake_timeout(state, &patience);
	if (amqp_socket_open_noblock(socket, "127.0.0.1", rabbit->port, &patience) ==
			AMQP_STATUS_OK &&
		amqp_login(state, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest")
				.reply_type == AMQP_RESPONSE_NORMAL)
		return state;
	amqp_destroy_connection(state);
	return NULL;
}

void rabbit_start(struct rabbit *rabbit)
{
	struct timespec moment = { .tv_nsec = 200 * 1000000 };

	rabbit->server = run(rabbit, PROGRAM, NULL);
	for (int i = 0; i < START_S * 5; i++) {
		amqp_connection_state_t state = log_in(rabbit);
		if (state) {
			amqp_destroy_connection(state);
			return;
		}
		if (waitpid(rabbit->server, NULL, WNOHANG) != 0)
			break;
		nanosleep(&moment, NULL);
	}
	fail_msg("RabbitMQ did not start");
}

static void end(pid_t *pid, int signal_number)
{
	if (*pid <= 0)
		return;
	kill(*pid, signal_number);
	while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	*pid = 0;
}

void rabbit_kill(struct rabbit *rabbit)
{
	end(&rabbit->server, SIGKILL);
}

void rabbit_end(struct rabbit *rabbit)
{
	char command[100];

	end(&rabbit->server, SIGKILL);
	end(&rabbit->epmd, SIGKILL);
	snprintf(command, sizeof command, "rm -rf '%s'", rabbit->folder);
	assert_int_equal(system(command), 0);
}

static void check(amqp_connection_state_t state, const char *what)
{
	if (amqp_get_rpc_reply(state).reply_type != AMQP_RESPONSE_NORMAL)
		fail_msg("RabbitMQ refused: %s", what);
}

amqp_connection_state_t rabbit_listen(const struct rabbit *rabbit, const char *name,
	const char *const *exchanges, const char *key)
{
	amqp_connection_state_t state = log_in(rabbit);
	amqp_bytes_t queue = amqp_cstring_bytes(name);

	assert_non_null(state);
	amqp_channel_open(state, 1);
	check(state, "a channel");
	amqp_queue_declare(state, 1, queue, 0, 1, 0, 0, amqp_empty_table);
	check(state, "a queue");
	for (; *exchanges; exchanges++) {
		amqp_bytes_t exchange = amqp_cstring_bytes(*exchanges);
		/* refused when the sandbox declared it otherwise */
		amqp_exchange_declare(state, 1, exchange, amqp_cstring_bytes("topic"), 0, 1, 0, 0,
			amqp_empty_table);
		check(state, *exchanges);
		amqp_queue_bind(
			state, 1, queue, exchange, amqp_cstring_bytes(key), amqp_empty_table);
		check(state, key);
	}
	amqp_basic_consume(state, 1, queue, amqp_empty_bytes, 0, 1, 0, amqp_empty_table);
	check(state, "consuming");
	return state;
}

static void take(char *to, size_t size, amqp_bytes_t bytes)
{
	snprintf(to, size, "%.*s", (int)bytes.len, (const char *)bytes.bytes);
}

/* The CC header, which the broker leaves in the message: its keys, separated by blanks. */
static void take_cc(struct delivery *delivery, const amqp_table_t *headers)
{
	delivery->cc[0] = '\0';
	for (int i = 0; i < headers->num_entries; i++) {
		const amqp_table_entry_t *entry = &headers->entries[i];
		if (entry->key.len != 2 || memcmp(entry->key.bytes, "CC", 2) != 0)
			continue;
		for (int k = 0; k < entry->value.value.array.num_entries; k++) {
			amqp_bytes_t text = entry->value.value.array.entries[k].value.bytes;
			size_t used = strlen(delivery->cc);
			snprintf(delivery->cc + used, sizeof delivery->cc - used, "%s%.*s",
				used ? " " : "", (int)text.len, (const char *)text.bytes);
		}
	}
}

bool rabbit_next(amqp_connection_state_t listener, struct delivery *delivery, int timeout_ms)
{
	struct timeval timeout = { .tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000 };
	amqp_envelope_t envelope;

	amqp_maybe_release_buffers(listener);
	free(delivery->body);
	delivery->body = NULL;
	if (amqp_consume_message(listener, &envelope, &timeout, 0).reply_type !=
		AMQP_RESPONSE_NORMAL)
		return false;
	const amqp_message_t *message = &envelope.message;
	take(delivery->exchange, sizeof delivery->exchange, envelope.exchange);
	take(delivery->routing_key, sizeof delivery->routing_key, envelope.routing_key);
	take(delivery->content_type, sizeof delivery->content_type,
		message->properties.content_type);
	take_cc(delivery, &message->properties.headers);
	delivery->delivery_mode = message->properties.delivery_mode;
	delivery->length = message->body.len;
	delivery->body = malloc(message->body.len + 1);
	memcpy(delivery->body, message->body.bytes, message->body.len);
	delivery->body[message->body.len] = '\0';
	amqp_destroy_envelope(&envelope);
	return true;
}
