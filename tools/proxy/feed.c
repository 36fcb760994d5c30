/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/proxy/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 262144 /* scopes may be many */

/* There is one pipe; its bytes lie where they can be wiped. */
static struct {
	char bytes[LINE_MAX_BYTES];
	size_t length;
} pending;

void feed_close(void)
{
	sodium_memzero(&pending, sizeof pending);
}

/* The whole line at the beginning; its length without the end, or -1. */
static ssize_t line_length(void)
{
	const char *end = memchr(pending.bytes, '\n', pending.length);

	return end ? end - pending.bytes : -1;
}

static void drop_line(size_t length)
{
	size_t left = pending.length - length - 1;

	memmove(pending.bytes, pending.bytes + length + 1, left);
	sodium_memzero(pending.bytes + left, pending.length - left);
	pending.length = left;
}

static int take_line(struct proxy *proxy, size_t length, tc_error *err)
{
	const tc_json *json = NULL;
	int rc = tc_json_parse(pending.bytes, length, &json, err);

	drop_line(length);
	if (rc == TC_OK)
		rc = identity_set(&proxy->identity, json, true, err);
	tc_release(json);
	if (rc != TC_OK)
		tc_error_prefix(err, "--credentials-fd");
	return rc;
}

/* More bytes: > 0; 0: the end; < 0: none for now. */
static ssize_t read_more(int fd)
{
	if (pending.length == sizeof pending.bytes) {
		fprintf(stderr, "taskcluster-proxy: --credentials-fd: a line is too long\n");
		return 0;
	}
	ssize_t count =
		read(fd, pending.bytes + pending.length, sizeof pending.bytes - pending.length);
	if (count > 0)
		pending.length += (size_t)count;
	return count < 0 && errno != EAGAIN && errno != EINTR ? 0 : count;
}

int feed_first(struct proxy *proxy, tc_error *err)
{
	int fd = proxy->options.credentials_fd;
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	ssize_t length;

	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return tc_error_set(
			err, TC_ERROR_ARGUMENT, "--credentials-fd: descriptor %d is not open", fd);
	while ((length = line_length()) < 0)
		if (poll(&readable, 1, -1) >= 0 && read_more(fd) == 0)
			return tc_error_set(err, TC_ERROR_CREDENTIALS,
				"--credentials-fd: it ended before a line with credentials came");
	return take_line(proxy, (size_t)length, err);
}

static void on_readable(void *data, int fd, int events)
{
	struct proxy *proxy = data;
	tc_error err = TC_ERROR_INIT;
	ssize_t length;

	(void)events;
	if (read_more(fd) == 0) {
		tc_loop_watch(proxy->loop, fd, 0, NULL, NULL, NULL);
		proxy->stopping = true;
		return;
	}
	while ((length = line_length()) >= 0)
		if (take_line(proxy, (size_t)length, &err) != TC_OK)
			fprintf(stderr, "taskcluster-proxy: %s\n", tc_error_text(&err));
	tc_error_clear(&err);
}

int feed_watch(struct proxy *proxy, tc_error *err)
{
	return tc_loop_watch(
		proxy->loop, proxy->options.credentials_fd, TC_LOOP_READ, on_readable, proxy, err);
}
