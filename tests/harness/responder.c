/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* accept4: no moment in which a connection would survive exec */
#include "test.h"

#include "responder.h"
#include "rig.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define CONNECTIONS_MAX 4096
#define PROCESSES_MAX 8

struct text {
	char *data;
	size_t length, capacity;
};

struct connection {
	int fd;
	size_t number;
	struct text in, out;
	size_t sent;        /* of out */
	size_t head;        /* bytes of out that go at once, whatever `drip` says */
	int64_t send_at_ms; /* the reply waits until then */
	bool cut, silent;   /* after out: close, or say nothing more */
	size_t drip;        /* bytes at once; 0: all */
	int64_t drip_ms;
};

struct tc_responder {
	tc_responder_fn *handler;
	void *data;
	int listener, stop[2];
	int port;
	char url[64];
	size_t process_count; /* 0: it is a thread */
	pid_t processes[PROCESSES_MAX];
	pthread_t thread;
	atomic_size_t made;
	bool in_rig;
	size_t seen[CONNECTIONS_MAX]; /* the rig's numbers of the clients' connections */
	size_t requests;
	struct connection *connections[CONNECTIONS_MAX];
	size_t count;
};

static void add(struct text *text, const void *bytes, size_t length)
{
	if (text->capacity - text->length < length + 1) {
		text->capacity = 2 * (text->length + length) + 512;
		text->data = realloc(text->data, text->capacity);
		if (!text->data)
			abort();
	}
	if (length)
		memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

static void add_text(struct text *text, const char *bytes)
{
	add(text, bytes, strlen(bytes));
}

/* ---- requests and replies ---- */

const char *tc_responder_header(const struct tc_responder_request *request, const char *name)
{
	static char value[8192];
	size_t length = strlen(name);

	for (const char *line = request->head; line && *line;) {
		size_t line_length = strcspn(line, "\r");
		if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
			const char *at = line + length + 1;
			while (*at == ' ')
				at++;
			snprintf(value, sizeof value, "%.*s", (int)(line + line_length - at), at);
			return value;
		}
		line += line_length + (line[line_length] ? 2 : 0);
	}
	return NULL;
}

static void write_reply(
	struct connection *connection, const struct tc_responder_reply *reply, bool in_rig)
{
	char line[128];
	size_t length = reply->cut ? reply->cut : reply->body_length;

	snprintf(line, sizeof line, "HTTP/1.1 %d Reply\r\n", reply->status);
	add_text(&connection->out, line);
	/* who is in between waits for no more than there is, once the head is whole */
	if (in_rig && (reply->cut || reply->drip))
		add_text(&connection->out, "X-Accel-Buffering: no\r\n");
	if (reply->headers)
		add_text(&connection->out, reply->headers);
	if (reply->chunked)
		snprintf(line, sizeof line, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", length);
	else
		snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", reply->body_length);
	add_text(&connection->out, line);
	connection->head = in_rig ? connection->out.length : 0;
	add(&connection->out, reply->body, length);
	if (reply->chunked)
		add_text(&connection->out, reply->cut ? "\r\n" : "\r\n0\r\n\r\n");
	connection->cut = reply->cut && !reply->silent;
	connection->silent = reply->silent;
	connection->drip = reply->drip;
	connection->drip_ms = reply->drip_ms;
	connection->send_at_ms = reply->delay_ms ? tc_test_now_ms() + reply->delay_ms : 0;
}

/* In the rig every request comes by a connection of its own; which one the client had is told. */
static size_t client_connection(
	struct tc_responder *responder, const struct tc_responder_request *request)
{
	const char *text = tc_responder_header(request, "x-rig-connection");
	size_t number = text ? strtoul(text, NULL, 10) : 0;
	size_t count = atomic_load(&responder->made);

	for (size_t i = 0; i < count; i++)
		if (responder->seen[i] == number)
			return i;
	if (count == CONNECTIONS_MAX)
		abort();
	responder->seen[count] = number;
	atomic_store(&responder->made, count + 1);
	return count;
}

/* Takes one whole request out of what came and answers it. false: there is none yet. */
static bool answer(struct tc_responder *responder, struct connection *connection)
{
	struct text *in = &connection->in;
	char *end = in->length ? strstr(in->data, "\r\n\r\n") : NULL;

	if (!end || connection->out.length)
		return false;
	char *target = strchr(in->data, ' ');
	char *line_end = strstr(in->data, "\r\n");
	struct tc_responder_request request = {
		.method = in->data, .connection = connection->number, .head = line_end + 2
	};
	end[2] = '\0';
	const char *length = tc_responder_header(&request, "content-length");
	size_t head = (size_t)(end + 4 - in->data);
	request.body_length = length ? strtoul(length, NULL, 10) : 0;
	if (in->length - head < request.body_length) {
		end[2] = '\r';
		return false;
	}
	*target = *strchr(target + 1, ' ') = '\0';
	request.target = target + 1;
	request.body = in->data + head;
	request.number = responder->requests++;
	if (responder->in_rig)
		request.connection = client_connection(responder, &request);
	struct tc_responder_reply reply = { .status = 200 };
	responder->handler(responder->data, &request, &reply);
	if (reply.close)
		connection->cut = true;
	else
		write_reply(connection, &reply, responder->in_rig);
	size_t used = head + request.body_length;
	memmove(in->data, in->data + used, in->length - used + 1);
	in->length -= used;
	return true;
}

/* ---- connections ---- */

static void take_connection(struct tc_responder *responder)
{
	int one = 1, fd = accept4(responder->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	struct connection *connection = calloc(1, sizeof *connection);
	if (!connection || responder->count == CONNECTIONS_MAX)
		abort();
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	connection->fd = fd;
	if (!responder->in_rig)
		connection->number = atomic_fetch_add(&responder->made, 1);
	responder->connections[responder->count++] = connection;
}

static void drop(struct tc_responder *responder, size_t position)
{
	struct connection *connection = responder->connections[position];

	close(connection->fd);
	free(connection->in.data);
	free(connection->out.data);
	free(connection);
	responder->connections[position] = responder->connections[--responder->count];
}

/* false: the connection is over. */
static bool send_some(struct connection *connection)
{
	while (connection->out.length > connection->sent &&
		connection->send_at_ms <= tc_test_now_ms()) {
		size_t length = connection->out.length - connection->sent;
		if (connection->sent < connection->head)
			length = connection->head - connection->sent;
		else if (connection->drip && connection->drip < length)
			length = connection->drip;
		ssize_t n = send(connection->fd, connection->out.data + connection->sent, length,
			MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (connection->drip)
			connection->send_at_ms = tc_test_now_ms() + connection->drip_ms;
		connection->sent += (size_t)n;
	}
	if (connection->sent == connection->out.length && !connection->silent)
		connection->sent = connection->out.length = 0;
	return !connection->cut || connection->out.length;
}

static bool work(struct tc_responder *responder, struct connection *connection, short events)
{
	char bytes[16384];

	if (events & (POLLIN | POLLHUP | POLLERR)) {
		ssize_t n = recv(connection->fd, bytes, sizeof bytes, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		if (n > 0)
			add(&connection->in, bytes, (size_t)n);
	}
	do {
		if (!send_some(connection))
			return false;
	} while (answer(responder, connection));
	return true;
}

static short wanted(const struct connection *connection, int64_t now, int *timeout)
{
	if (connection->out.length == connection->sent)
		return POLLIN;
	if (connection->send_at_ms <= now)
		return POLLIN | POLLOUT;
	if (*timeout < 0 || connection->send_at_ms - now < *timeout)
		*timeout = (int)(connection->send_at_ms - now);
	return POLLIN;
}

static void serve(struct tc_responder *responder)
{
	static const size_t own = 2;
	struct pollfd *fds = calloc(CONNECTIONS_MAX + own, sizeof *fds);

	for (;;) {
		int timeout = -1;
		int64_t now = tc_test_now_ms();
		fds[0] = (struct pollfd){ .fd = responder->stop[0], .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = responder->listener, .events = POLLIN };
		for (size_t i = 0; i < responder->count; i++) {
			struct connection *connection = responder->connections[i];
			fds[own + i] = (struct pollfd){ .fd = connection->fd,
				.events = wanted(connection, now, &timeout) };
		}
		poll(fds, (nfds_t)(own + responder->count), timeout);
		if (fds[0].revents)
			break;
		/* backwards, as dropping one moves the last to its place */
		for (size_t i = responder->count; i-- > 0;)
			if (!work(responder, responder->connections[i], fds[own + i].revents))
				drop(responder, i);
		if (fds[1].revents)
			take_connection(responder);
	}
	while (responder->count)
		drop(responder, 0);
	free(fds);
}

/* ---- from beginning to end ---- */

static void *serve_thread(void *data)
{
	serve(data);
	return NULL;
}

static struct tc_responder *prepare(tc_responder_fn *handler, void *data)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;
	struct tc_responder *responder = calloc(1, sizeof *responder);

	assert_non_null(responder);
	responder->handler = handler;
	responder->data = data;
	responder->in_rig = tc_rig();
	responder->listener = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(responder->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(responder->listener, CONNECTIONS_MAX), 0);
	assert_int_equal(getsockname(responder->listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(pipe(responder->stop), 0);
	fcntl(responder->listener, F_SETFD, FD_CLOEXEC);
	fcntl(responder->listener, F_SETFL, O_NONBLOCK);
	fcntl(responder->stop[0], F_SETFD, FD_CLOEXEC);
	fcntl(responder->stop[1], F_SETFD, FD_CLOEXEC);
	responder->port = ntohs(address.sin_port);
	tc_rig_url(responder->url, sizeof responder->url, responder->port);
	return responder;
}

struct tc_responder *tc_responder_start(tc_responder_fn *handler, void *data)
{
	struct tc_responder *responder = prepare(handler, data);

	assert_int_equal(pthread_create(&responder->thread, NULL, serve_thread, responder), 0);
	return responder;
}

static pid_t fork_server(struct tc_responder *responder)
{
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	close(responder->stop[1]);
	serve(responder);
	_exit(0);
}

struct tc_responder *tc_responder_fork_some(tc_responder_fn *handler, void *data, size_t count)
{
	struct tc_responder *responder = prepare(handler, data);

	assert_true(count <= PROCESSES_MAX);
	while (responder->process_count < count)
		responder->processes[responder->process_count++] = fork_server(responder);
	return responder;
}

struct tc_responder *tc_responder_fork(tc_responder_fn *handler, void *data)
{
	return tc_responder_fork_some(handler, data, 1);
}

const pid_t *tc_responder_processes(const struct tc_responder *responder)
{
	return responder->processes;
}

const char *tc_responder_url(const struct tc_responder *responder)
{
	return responder->url;
}

int tc_responder_port(const struct tc_responder *responder)
{
	return responder->port;
}

size_t tc_responder_connections(const struct tc_responder *responder)
{
	return atomic_load(&responder->made);
}

void tc_responder_stop(struct tc_responder *responder)
{
	if (!responder)
		return;
	close(responder->stop[1]);
	for (size_t i = 0; i < responder->process_count; i++)
		waitpid(responder->processes[i], NULL, 0);
	if (!responder->process_count)
		pthread_join(responder->thread, NULL);
	close(responder->stop[0]);
	close(responder->listener);
	free(responder);
}
