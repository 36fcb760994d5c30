/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/livelog/client.h"

#include "tests/harness/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENCE_MS 20000

struct client *client_open(int port, const char *request)
{
	struct client *client = calloc(1, sizeof *client);
	struct sockaddr_in place = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	assert_non_null(client);
	place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(client->fd >= 0);
	assert_int_equal(connect(client->fd, (struct sockaddr *)&place, sizeof place), 0);
	assert_int_equal(send(client->fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return client;
}

struct client *client_get(int port, const char *token)
{
	char request[300];

	snprintf(request, sizeof request, "GET /log/%s HTTP/1.1\r\nHost: x\r\n\r\n", token);
	return client_open(port, request);
}

void client_close(struct client *client)
{
	close(client->fd);
	free(client);
}

bool client_sees(struct client *client, int ms)
{
	struct pollfd can = { .fd = client->fd, .events = POLLIN };

	return client->from < client->length || poll(&can, 1, ms) > 0;
}

/* More into `rest`; false: the connection has ended. */
static bool fill(struct client *client)
{
	if (client->from == client->length)
		client->from = client->length = 0;
	assert_true(client->length < sizeof client->rest);
	struct pollfd can = { .fd = client->fd, .events = POLLIN };
	assert_true(poll(&can, 1, SILENCE_MS) > 0);
	ssize_t got = recv(
		client->fd, client->rest + client->length, sizeof client->rest - client->length, 0);
	if (got <= 0)
		return false;
	client->length += (size_t)got;
	return true;
}

/* A line without its end; false: the connection has ended. */
static bool read_line(struct client *client, char *line, size_t size)
{
	size_t length = 0;

	for (;;) {
		if (client->from == client->length && !fill(client))
			return false;
		char byte = client->rest[client->from++];
		if (byte == '\n')
			break;
		assert_true(length + 1 < size);
		line[length++] = byte;
	}
	assert_true(length > 0 && line[length - 1] == '\r');
	line[length - 1] = '\0';
	return true;
}

const char *client_head(struct client *client)
{
	char line[512];

	if (client->begun)
		return client->head;
	client->begun = true;
	do {
		assert_true(read_line(client, line, sizeof line));
		size_t length = strlen(client->head);
		assert_true(length + strlen(line) + 2 < sizeof client->head);
		sprintf(client->head + length, "%s\n", line);
	} while (*line);
	client->chunked = strstr(client->head, "\nTransfer-Encoding: chunked\n") != NULL;
	const char *told = strstr(client->head, "\nContent-Length: ");
	client->chunk = told ? strtoul(told + 17, NULL, 10) : (size_t)-1;
	if (client->chunked)
		client->chunk = 0;
	return client->head;
}

int client_status(struct client *client)
{
	return atoi(client_head(client) + 9);
}

/* What is to come of the body; -1: it was cut. */
static long next_part(struct client *client)
{
	char line[64], end[8];

	if (!client->chunked || client->chunk)
		return client->chunk ? 1 : 0;
	if (!read_line(client, line, sizeof line))
		return -1;
	client->chunk = strtoul(line, NULL, 16);
	if (client->chunk)
		return 1;
	assert_true(read_line(client, end, sizeof end));
	assert_string_equal(end, "");
	return 0;
}

long client_read(struct client *client, char *bytes, size_t size)
{
	char end[8];

	client_head(client);
	long more = next_part(client);
	if (more <= 0)
		return more;
	if (client->from == client->length && !fill(client)) /* without a length, so it ends */
		return client->chunk > (size_t)-1 / 2 ? 0 : -1;
	size_t length = client->length - client->from;
	if (length > size)
		length = size;
	if (length > client->chunk)
		length = client->chunk;
	memcpy(bytes, client->rest + client->from, length);
	client->from += length;
	client->chunk -= length;
	if (client->chunked && !client->chunk && !read_line(client, end, sizeof end))
		return -1;
	return (long)length;
}

void client_read_all(struct client *client, char *bytes, size_t size)
{
	while (size) {
		long got = client_read(client, bytes, size);
		assert_true(got > 0);
		bytes += got;
		size -= (size_t)got;
	}
}
