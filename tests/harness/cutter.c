/* SPDX-License-Identifier: MPL-2.0 */
#include "cutter.h"

#include "raw.h"
#include "test.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tc_cutter {
	struct tc_raw *raw;
	int port;
	const size_t *after;
	size_t count;
	atomic_size_t cuts;
};

static bool pass_on(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t count = send(fd, bytes, length, MSG_NOSIGNAL);
		if (count <= 0)
			return false;
		bytes += count;
		length -= (size_t)count;
	}
	return true;
}

static int reach(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Moves what is there; false: one side is done, or no more is `left` of what may come. */
static bool move(int from, int to, size_t *left)
{
	char bytes[16384];
	ssize_t count = recv(from, bytes, sizeof bytes, 0);

	if (count <= 0)
		return false;
	size_t length = (size_t)count < *left ? (size_t)count : *left;
	*left -= length;
	return pass_on(to, bytes, length) && *left;
}

static void serve(void *data, int client, size_t number)
{
	struct tc_cutter *cutter = data;
	size_t left = number < cutter->count ? cutter->after[number] : 0, any = SIZE_MAX;
	int server = reach(cutter->port);
	bool going = server >= 0;

	left = left ? left : SIZE_MAX;
	while (going) {
		struct pollfd fds[] = { { .fd = client, .events = POLLIN },
			{ .fd = server, .events = POLLIN } };
		poll(fds, 2, -1);
		if (fds[0].revents)
			going = move(client, server, &any);
		if (going && fds[1].revents)
			going = move(server, client, &left);
	}
	atomic_fetch_add(&cutter->cuts, left == 0);
	if (server >= 0)
		close(server);
}

struct tc_cutter *tc_cutter_start(int port, const size_t *after, size_t count)
{
	struct tc_cutter *cutter = calloc(1, sizeof *cutter);

	assert_non_null(cutter);
	cutter->port = port;
	cutter->after = after;
	cutter->count = count;
	cutter->raw = tc_raw_start(serve, cutter);
	return cutter;
}

int tc_cutter_port(const struct tc_cutter *cutter)
{
	return atoi(strrchr(tc_raw_url(cutter->raw), ':') + 1);
}

size_t tc_cutter_cuts(struct tc_cutter *cutter)
{
	return atomic_load(&cutter->cuts);
}

void tc_cutter_stop(struct tc_cutter *cutter)
{
	if (!cutter)
		return;
	tc_raw_stop(cutter->raw);
	free(cutter);
}
