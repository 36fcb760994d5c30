/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* accept4, pipe2: no moment in which one would survive exec */
#include "test.h"

#include "raw.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 10000

#define CONNECTIONS_MAX 256

struct connection {
	struct tc_raw *raw;
	int fd;
	size_t number;
	pthread_t thread;
};

struct tc_raw {
	struct connection connections[CONNECTIONS_MAX];
	size_t count;
	tc_raw_fn *serve;
	void *data;
	int listener, stop[2];
	char url[64];
	pthread_t thread;
};

static bool may_read(int fd)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	return poll(&readable, 1, PATIENCE_MS) == 1;
}

bool tc_raw_head(int fd, char *head, size_t size)
{
	size_t length = 0;

	while (length + 1 < size && may_read(fd) && recv(fd, head + length, 1, 0) == 1) {
		head[++length] = '\0';
		if (length >= 4 && strcmp(head + length - 4, "\r\n\r\n") == 0)
			return true;
	}
	return false;
}

size_t tc_raw_skip(int fd, size_t length)
{
	static char bytes[65536];
	size_t skipped = 0;

	while (skipped < length && may_read(fd)) {
		size_t left = length - skipped;
		ssize_t count = recv(fd, bytes, left < sizeof bytes ? left : sizeof bytes, 0);
		if (count <= 0)
			break;
		skipped += (size_t)count;
	}
	return skipped;
}

void tc_raw_say(int fd, const char *text)
{
	size_t length = strlen(text);

	while (length) {
		ssize_t count = send(fd, text, length, MSG_NOSIGNAL);
		if (count <= 0)
			return;
		text += count;
		length -= (size_t)count;
	}
}

static void *work(void *data)
{
	struct connection *connection = data;

	connection->raw->serve(connection->raw->data, connection->fd, connection->number);
	/* closed as if by close(), but its number is nobody else's before all are over */
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (nothing < 0 || dup2(nothing, connection->fd) < 0)
		abort();
	close(nothing);
	return NULL;
}

static void begin(struct tc_raw *raw, int fd)
{
	struct connection *connection = &raw->connections[raw->count];
	int one = 1;

	if (raw->count == CONNECTIONS_MAX)
		abort();
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	*connection = (struct connection){ .raw = raw, .fd = fd, .number = raw->count++ };
	if (pthread_create(&connection->thread, NULL, work, connection) != 0)
		abort();
}

static void *run(void *data)
{
	struct tc_raw *raw = data;

	for (;;) {
		struct pollfd fds[] = { { .fd = raw->stop[0], .events = POLLIN },
			{ .fd = raw->listener, .events = POLLIN } };
		poll(fds, 2, -1);
		if (fds[0].revents)
			return NULL;
		int fd = accept4(raw->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			begin(raw, fd);
	}
}

struct tc_raw *tc_raw_start(tc_raw_fn *serve, void *data)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;
	struct tc_raw *raw = calloc(1, sizeof *raw);

	assert_non_null(raw);
	raw->serve = serve;
	raw->data = data;
	raw->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(raw->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(raw->listener, 64), 0);
	assert_int_equal(getsockname(raw->listener, (struct sockaddr *)&address, &size), 0);
	snprintf(raw->url, sizeof raw->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
	assert_int_equal(pipe2(raw->stop, O_CLOEXEC), 0);
	assert_int_equal(pthread_create(&raw->thread, NULL, run, raw), 0);
	return raw;
}

const char *tc_raw_url(const struct tc_raw *raw)
{
	return raw->url;
}

void tc_raw_stop(struct tc_raw *raw)
{
	if (!raw)
		return;
	close(raw->stop[1]);
	pthread_join(raw->thread, NULL);
	for (size_t i = 0; i < raw->count; i++) {
		shutdown(raw->connections[i].fd, SHUT_RDWR);
		pthread_join(raw->connections[i].thread, NULL);
		close(raw->connections[i].fd);
	}
	close(raw->stop[0]);
	close(raw->listener);
	free(raw);
}
