/* SPDX-License-Identifier: MPL-2.0 */

#include "tools/taskcluster/shared/input.h"
#include "tools/taskcluster/shared/report.h"
#include <taskcluster/conventions.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What servers take. */
#define BODY_MAX ((size_t)10 * 1024 * 1024)
#define PATIENCE_MS 2000

struct bytes {
	char *data;
	size_t length, capacity;
};

static void tell_what_is_awaited(int fd, const struct tc_operation *operation)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	if (isatty(fd)) {
		complain("%s %s takes a JSON body: type it, and end it with Ctrl-D "
			 "(or use --body FILE)",
			operation->service->name, operation->name);
		return;
	}
	if (poll(&readable, 1, PATIENCE_MS) == 0)
		complain("waiting for the JSON body of %s %s on standard input",
			operation->service->name, operation->name);
}

static int read_some(int fd, const char *from, struct bytes *bytes)
{
	if (bytes->length == bytes->capacity) {
		size_t capacity = bytes->capacity ? 2 * bytes->capacity : 65536;
		char *data = realloc(bytes->data, capacity);
		if (!data)
			return failure("memory ended");
		bytes->data = data;
		bytes->capacity = capacity;
	}
	ssize_t got = read(fd, bytes->data + bytes->length, bytes->capacity - bytes->length);
	if (got < 0 && errno == EINTR)
		return 0;
	if (got < 0)
		return usage_error("%s: %s", from, strerror(errno));
	bytes->length += (size_t)got;
	if (bytes->length > BODY_MAX)
		return usage_error("%s: the body is over 10 MiB, which no server takes", from);
	return got == 0 ? -1 : 0;
}

/* The parameters of a remote procedure; the library knows whether it can do without. */
static bool is_optional(const struct tc_operation *operation)
{
	return operation->conventions && operation->conventions->rpc;
}

static int parse(const struct bytes *bytes, const char *from, const struct tc_operation *operation,
	const tc_json **json)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (bytes->length == 0 && is_optional(operation))
		return 0;
	if (bytes->length == 0)
		return usage_error("%s %s takes a JSON body, and %s is empty",
			operation->service->name, operation->name, from);
	if (tc_json_parse(bytes->data, bytes->length, json, &err) != TC_OK)
		status = usage_error("%s: %s", from, tc_error_text(&err));
	tc_error_clear(&err);
	return status;
}

int input_read_json(const char *path, const struct tc_operation *operation, const tc_json **json)
{
	bool is_stdin = !path || strcmp(path, "-") == 0;
	const char *from = is_stdin ? "standard input" : path;
	struct bytes bytes = { NULL, 0, 0 };
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int status = 0;

	if (fd < 0)
		return usage_error("%s: %s", path, strerror(errno));
	if (is_stdin && is_optional(operation) && isatty(fd))
		return 0;
	if (is_stdin)
		tell_what_is_awaited(fd, operation);
	while (status == 0)
		status = read_some(fd, from, &bytes);
	if (status < 0)
		status = parse(&bytes, from, operation, json);
	free(bytes.data);
	if (!is_stdin)
		close(fd);
	return status;
}
