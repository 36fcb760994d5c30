/* SPDX-License-Identifier: MPL-2.0 */

#include "tools/taskcluster/shared/input.h"

#include "runtime/src/base/buffer.h"
#include "tools/taskcluster/shared/report.h"
#include <taskcluster/conventions.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What servers take. */
#define BODY_MAX ((size_t)10 * 1024 * 1024)
#define READ_SIZE 65536
#define PATIENCE_MS 1000

static void tell_what_is_awaited(int fd, const struct input *input)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	if (isatty(fd)) {
		complain("%s takes a %s: type it, and end it with Ctrl-D (or use %s FILE)",
			input->taker, input->what, input->option);
		return;
	}
	if (poll(&readable, 1, PATIENCE_MS) == 0)
		complain("waiting for the %s of %s on standard input", input->what, input->taker);
}

static int read_some(int fd, const char *from, struct tc__buffer *bytes)
{
	char *room = tc__buffer_room(bytes, READ_SIZE);

	if (!room)
		return failure("memory ended");
	ssize_t got = read(fd, room, READ_SIZE);
	if (got < 0 && errno == EINTR)
		return 0;
	if (got < 0)
		return usage_error("%s: %s", from, strerror(errno));
	bytes->length += (size_t)got;
	if (bytes->length > BODY_MAX)
		return usage_error("%s: it is over 10 MiB, which no server takes", from);
	return got == 0 ? -1 : 0;
}

static int parse(const struct tc__buffer *bytes, const char *from, const struct input *input,
	const tc_json **json)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (bytes->length == 0 && input->optional)
		return 0;
	if (bytes->length == 0)
		return usage_error(
			"%s takes a %s, and %s is empty", input->taker, input->what, from);
	if (tc_json_parse(bytes->data, bytes->length, json, &err) != TC_OK)
		status = usage_error("%s: %s", from, tc_error_text(&err));
	tc_error_clear(&err);
	return status;
}

int input_read(const char *path, const struct input *input, const tc_json **json)
{
	bool is_stdin = !path || strcmp(path, "-") == 0;
	const char *from = is_stdin ? "standard input" : path;
	struct tc__buffer bytes = TC__BUFFER(BODY_MAX + READ_SIZE); /* one reading beyond */
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int status = 0;

	if (fd < 0)
		return usage_error("%s: %s", path, strerror(errno));
	if (is_stdin && input->optional && isatty(fd))
		return 0;
	if (is_stdin)
		tell_what_is_awaited(fd, input);
	while (status == 0)
		status = read_some(fd, from, &bytes);
	if (status < 0)
		status = parse(&bytes, from, input, json);
	tc__buffer_clear(&bytes);
	if (!is_stdin)
		close(fd);
	return status;
}

int input_read_json(const char *path, const struct tc_operation *operation, const tc_json **json)
{
	char taker[160];
	/* the parameters of a remote procedure: the library knows whether it can do without */
	bool optional = operation->conventions && operation->conventions->rpc;
	struct input input = { taker, "JSON body", "--body", optional };

	snprintf(taker, sizeof taker, "%s %s", operation->service->name, operation->name);
	return input_read(path, &input, json);
}
