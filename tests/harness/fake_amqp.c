/* SPDX-License-Identifier: MPL-2.0 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/harness/fake_amqp.h"

#include "tests/harness/test.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAME_MAX 131072
#define FRAME_END '\xce'
enum { FRAME_METHOD = 1, FRAME_HEADER, FRAME_BODY };

/* server-properties: one table "capabilities" of booleans that are true */
#define CAPABILITY(length, name) length name "t\1"
#define CAPABILITIES \
	CAPABILITY("\22", "publisher_confirms") \
	CAPABILITY("\26", "consumer_cancel_notify") \
	CAPABILITY("\12", "basic.nack") \
	CAPABILITY("\22", "connection.blocked")
#define PROPERTIES \
	"\14" \
	"capabilitiesF\0\0\0\x50" CAPABILITIES
#define START "\0\11\0\0\0\x62" PROPERTIES "\0\0\0\5PLAIN\0\0\0\5en_US"

/* A connection, in a process of its own. */
struct connection {
	int fd;
	const struct fake_amqp_plan *plan;
	struct fake_amqp_seen *seen;
	const struct fake_amqp_fault *fault; /* NULL: none, or it is over */
	unsigned char payload[FRAME_MAX];    /* of the frame that came last */
	size_t length;
	unsigned prefetch, delivered;
	uint64_t settled, published;
	uint64_t body_left; /* of the message that is being published */
	char tag[256];      /* the consumer's; "": there is none */
};

/* ---- writing ---- */

/* A frame under way. */
struct frame {
	unsigned char bytes[FRAME_MAX];
	size_t length;
};

static void put_bytes(struct frame *frame, const void *bytes, size_t length)
{
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length += length;
}

static void put(struct frame *frame, uint64_t value, int size)
{
	while (size-- > 0)
		frame->bytes[frame->length++] = (unsigned char)(value >> 8 * size);
}

static void put_short_text(struct frame *frame, const void *text, size_t length)
{
	put(frame, length, 1);
	put_bytes(frame, text, length);
}

static void send_bytes(const struct connection *connection, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length) {
		ssize_t count = send(connection->fd, at, length, MSG_NOSIGNAL);
		if (count <= 0)
			_exit(0);
		at += count;
		length -= (size_t)count;
	}
}

static void begin(struct frame *frame, int type)
{
	frame->length = 0;
	put(frame, (uint64_t)type, 1);
	put(frame, 0, 2 + 4); /* channel and length: see finish */
}

static void finish(const struct connection *connection, struct frame *frame, int channel)
{
	size_t length = frame->length, payload = length - 7;

	frame->length = 1;
	put(frame, (uint64_t)channel, 2);
	put(frame, payload, 4);
	frame->length = length;
	put(frame, (unsigned char)FRAME_END, 1);
	send_bytes(connection, frame->bytes, frame->length);
}

/* True: the fault has come instead. */
static bool spoil(struct connection *connection, uint32_t method)
{
	const struct fake_amqp_fault *fault = connection->fault;
	char byte;

	if (!fault || fault->instead_of != method)
		return false;
	connection->fault = NULL;
	send_bytes(connection, fault->bytes, fault->length);
	if (fault->then == FAKE_AMQP_GO_ON)
		return true;
	if (fault->then == FAKE_AMQP_CLOSE)
		shutdown(connection->fd, SHUT_WR); /* what was sent arrives, whatever comes */
	while (recv(connection->fd, &byte, 1, 0) > 0)
		;
	_exit(0);
}

static void say(struct connection *connection, uint32_t method, const void *fields, size_t length)
{
	struct frame frame;

	if (spoil(connection, method))
		return;
	begin(&frame, FRAME_METHOD);
	put(&frame, method, 4);
	put_bytes(&frame, fields, length);
	finish(connection, &frame, method >> 16 != 10);
}

/* ---- messages ---- */

static void deliver(struct connection *connection)
{
	const struct fake_amqp_plan *plan = connection->plan;
	struct frame frame;

	connection->delivered++;
	if (spoil(connection, FAKE_AMQP_DELIVER))
		return;
	begin(&frame, FRAME_METHOD);
	put(&frame, FAKE_AMQP_DELIVER, 4);
	put_short_text(&frame, connection->tag, strlen(connection->tag));
	put(&frame, connection->delivered, 8);
	put(&frame, 0, 1); /* redelivered */
	put_short_text(&frame, plan->exchange, strlen(plan->exchange));
	put_short_text(&frame, plan->routing_key, strlen(plan->routing_key));
	finish(connection, &frame, 1);
	begin(&frame, FRAME_HEADER);
	put(&frame, 60, 2);
	put(&frame, 0, 2);
	put(&frame, strlen(plan->body), 8);
	put(&frame, 0, 2); /* no properties */
	finish(connection, &frame, 1);
	begin(&frame, FRAME_BODY);
	put_bytes(&frame, plan->body, strlen(plan->body));
	finish(connection, &frame, 1);
}

static void deliver_more(struct connection *connection)
{
	const struct connection *c = connection;

	while (*c->tag && c->delivered < c->plan->messages &&
		(!c->prefetch || c->delivered - c->settled < c->prefetch))
		deliver(connection);
}

static void confirm(struct connection *connection)
{
	struct frame frame = { .length = 0 };

	connection->seen->published++;
	put(&frame, ++connection->published, 8);
	put(&frame, 0, 1); /* multiple */
	say(connection, FAKE_AMQP_ACK, frame.bytes, frame.length);
}

/* ---- reading ---- */

/* A number in the payload; 0 behind its end. */
static uint64_t get(const struct connection *connection, size_t at, int size)
{
	uint64_t value = 0;

	for (; size-- > 0; at++)
		value = value << 8 | (at < connection->length ? connection->payload[at] : 0);
	return value;
}

static void settle(struct connection *connection, atomic_uint *counter)
{
	uint64_t tag = get(connection, 4, 8);
	bool multiple = get(connection, 12, 1) & 1 && counter == &connection->seen->acked;
	uint64_t count = multiple ? tag - connection->settled : 1;

	connection->settled += count;
	*counter += (unsigned)count;
	deliver_more(connection);
}

/* The short text at a place of the payload, as the only field or followed by zeros. */
static void echo(struct connection *connection, uint32_t method, size_t at, size_t zeros)
{
	struct frame frame = { .length = 0 };
	size_t length = (size_t)get(connection, at, 1);

	if (length)
		put_short_text(&frame, connection->payload + at + 1, length);
	else
		put_short_text(&frame, "fake", 4);
	put(&frame, 0, (int)zeros);
	say(connection, method, frame.bytes, frame.length);
}

static void consume(struct connection *connection)
{
	size_t at = 6 + 1 + (size_t)get(connection, 6, 1); /* behind the queue's name */
	int length = (int)get(connection, at, 1);

	connection->seen->consumers++;
	snprintf(connection->tag, sizeof connection->tag, "%.*s", length ? length : 4,
		length ? (char *)connection->payload + at + 1 : "fake");
	echo(connection, FAKE_AMQP_CONSUME_OK, at, 0);
	deliver_more(connection);
}

/* What is agreed with: the answer is the next method, with so many zeros. */
static const struct {
	uint32_t method;
	size_t zeros;
} agreed[] = {
	{ FAKE_AMQP(10, 40), 1 }, /* connection.open */
	{ FAKE_AMQP(10, 50), 0 }, /* connection.close */
	{ FAKE_AMQP(20, 10), 4 }, /* channel.open */
	{ FAKE_AMQP(20, 40), 0 }, /* channel.close */
	{ FAKE_AMQP(40, 10), 0 }, /* exchange.declare */
	{ FAKE_AMQP(50, 20), 0 }, /* queue.bind */
	{ FAKE_AMQP(50, 40), 4 }, /* queue.delete */
	{ FAKE_AMQP(50, 50), 0 }, /* queue.unbind */
	{ FAKE_AMQP(60, 10), 0 }, /* basic.qos */
	{ FAKE_AMQP(85, 10), 0 }, /* confirm.select */
};

static void agree(struct connection *connection, uint32_t method)
{
	if (method == FAKE_AMQP(60, 10))
		connection->prefetch = (unsigned)get(connection, 8, 2);
	for (size_t i = 0; i < sizeof agreed / sizeof *agreed; i++)
		if (agreed[i].method == method)
			say(connection, method + 1, "\0\0\0", agreed[i].zeros);
	if (method == FAKE_AMQP(10, 50))
		_exit(0);
}

static void answer(struct connection *connection, uint32_t method)
{
	if (method == FAKE_AMQP(10, 11)) /* connection.start-ok */
		say(connection, FAKE_AMQP_TUNE, "\7\xff\0\2\0\0\0\x3c", 8);
	else if (method == FAKE_AMQP(50, 10)) /* queue.declare: with two counts */
		echo(connection, FAKE_AMQP_QUEUE_DECLARE_OK, 6, 8);
	else if (method == FAKE_AMQP(60, 20))
		consume(connection);
	else if (method == FAKE_AMQP(60, 30)) /* basic.cancel */
		echo(connection, method + 1, 4, 0);
	else if (method == FAKE_AMQP_ACK)
		settle(connection, &connection->seen->acked);
	else if (method == FAKE_AMQP(60, 90) || method == FAKE_AMQP(60, 120)) /* reject, nack */
		settle(connection, &connection->seen->refused);
	else
		agree(connection, method);
}

static void take(struct connection *connection, int type)
{
	if (type == FRAME_METHOD) {
		answer(connection, (uint32_t)get(connection, 0, 4));
		return;
	}
	if (type == FRAME_HEADER)
		connection->body_left = get(connection, 4, 8);
	else if (type == FRAME_BODY)
		connection->body_left -= connection->length;
	else
		return; /* a heartbeat */
	if (!connection->body_left)
		confirm(connection);
}

static void receive(struct connection *connection, void *bytes, size_t length)
{
	if (length && recv(connection->fd, bytes, length, MSG_WAITALL) != (ssize_t)length)
		_exit(0);
}

static _Noreturn void serve(struct connection *connection)
{
	unsigned char head[8], end;

	spoil(connection, 0);
	receive(connection, head, sizeof head); /* "AMQP" and a version */
	say(connection, FAKE_AMQP_START, START, sizeof START - 1);
	for (;;) {
		receive(connection, head, 7);
		connection->length = (size_t)head[3] << 24 | (size_t)head[4] << 16 |
			(size_t)head[5] << 8 | head[6];
		if (connection->length > sizeof connection->payload)
			_exit(0);
		receive(connection, connection->payload, connection->length);
		receive(connection, &end, 1);
		take(connection, head[0]);
	}
}

/* Ends with its parent, also when that has gone already. */
static void end_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}

static _Noreturn void run(
	int listener, const struct fake_amqp_plan *plan, struct fake_amqp_seen *seen)
{
	static struct connection connection;
	const pid_t own = getpid();
	int one = 1;

	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		size_t number = seen->connections++;
		if (fork() == 0) {
			end_with(own);
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
			connection = (struct connection){ .fd = fd, .plan = plan, .seen = seen };
			if (number < plan->fault_count)
				connection.fault = &plan->faults[number];
			serve(&connection);
		}
		close(fd);
	}
}

void fake_amqp_start(struct fake_amqp *fake, const struct fake_amqp_plan *plan)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 64), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	snprintf(fake->url, sizeof fake->url, "amqp://guest:guest@127.0.0.1:%d",
		ntohs(address.sin_port));
	fake->seen = mmap(NULL, sizeof *fake->seen, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(fake->seen != MAP_FAILED);
	const pid_t own = getpid();
	fake->process = fork();
	assert_true(fake->process >= 0);
	if (fake->process == 0) {
		end_with(own);
		run(listener, plan, fake->seen);
	}
	close(listener);
}

void fake_amqp_stop(struct fake_amqp *fake)
{
	kill(fake->process, SIGKILL);
	assert_int_equal(waitpid(fake->process, NULL, 0), fake->process);
	munmap(fake->seen, sizeof *fake->seen);
}
