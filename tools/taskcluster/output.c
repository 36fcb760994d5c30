/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "tools/taskcluster/output.h"
#include "tools/taskcluster/report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file beside `target`, with the mode that the target has or a new file would get. */
static int open_beside(struct output *output, const struct stat *present)
{
	size_t size = strlen(output->target) + sizeof ".XXXXXX";
	mode_t mask = umask(0);

	umask(mask);
	output->temporary = malloc(size);
	if (!output->temporary)
		return failure("memory ended");
	snprintf(output->temporary, size, "%s.XXXXXX", output->target);
	output->fd = mkstemp(output->temporary);
	if (output->fd < 0) {
		free(output->temporary);
		output->temporary = NULL;
		return usage_error("%s: %s", output->target, strerror(errno));
	}
	fchmod(output->fd, present ? present->st_mode & 0777 : 0666 & ~mask);
	return 0;
}

int output_open(struct output *output, const char *path)
{
	struct stat present;
	bool exists;

	*output = (struct output){ .fd = STDOUT_FILENO };
	if (!path || strcmp(path, "-") == 0)
		return 0;
	exists = stat(path, &present) == 0;
	if (exists && !S_ISREG(present.st_mode)) {
		output->fd = open(path, O_WRONLY | O_CLOEXEC);
		return output->fd < 0 ? usage_error("%s: %s", path, strerror(errno)) : 0;
	}
	if (exists && access(path, W_OK) != 0)
		return usage_error("%s: %s", path, strerror(errno));
	output->target = exists ? realpath(path, NULL) : strdup(path);
	if (!output->target)
		return failure("%s: %s", path, strerror(errno));
	return open_beside(output, exists ? &present : NULL);
}

/* A reader that has gone, like head, is no news to anybody. */
static int cannot_write(const struct output *output)
{
	if (errno == EPIPE)
		return STATUS_FAILED;
	return failure("%s: %s", output->target ? output->target : "the output", strerror(errno));
}

int output_write(struct output *output, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t written = write(output->fd, at, length < SSIZE_MAX ? length : SSIZE_MAX);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return cannot_write(output);
		at += written;
		length -= (size_t)written;
	}
	return 0;
}

int output_commit(struct output *output)
{
	if (!output->temporary)
		return 0;
	int fd = output->fd;
	output->fd = -1;
	if (close(fd) != 0 || rename(output->temporary, output->target) != 0)
		return cannot_write(output);
	free(output->temporary);
	output->temporary = NULL;
	return 0;
}

void output_close(struct output *output)
{
	if (output->fd >= 0 && output->fd != STDOUT_FILENO)
		close(output->fd);
	if (output->temporary)
		unlink(output->temporary);
	free(output->temporary);
	free(output->target);
	*output = (struct output){ .fd = -1 };
}

int output_json(struct output *output, const tc_json *json)
{
	bool pretty = isatty(output->fd);
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;
	size_t length;
	int status;

	if (tc_json_write(json, pretty ? TC_JSON_PRETTY : TC_JSON_COMPACT, &text, &length, &err)) {
		status = report(&err, NULL, NULL);
		tc_error_clear(&err);
		return status;
	}
	status = output_write(output, text, length);
	if (status == 0 && !pretty)
		status = output_write(output, "\n", 1);
	tc_release(text);
	return status;
}

static bool is_json(const tc_response *response)
{
	const char *type = tc_response_header(response, "content-type");
	size_t length = type ? strcspn(type, "; \t") : 0;

	return (length == 16 && strncasecmp(type, "application/json", 16) == 0) ||
		(length > 5 && strncasecmp(type + length - 5, "+json", 5) == 0);
}

/* Text that a terminal shows, rather than obeys. */
static bool is_printable(const char *body, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)body[i];
		if ((c < ' ' && !strchr("\t\n\r", c)) || c == '\0' || c == 0x7f)
			return false;
	}
	return true;
}

static int output_bytes(struct output *output, const tc_response *response)
{
	const char *type = tc_response_header(response, "content-type");
	size_t length;
	const char *body = tc_response_body(response, &length);

	if (isatty(output->fd) && !is_printable(body, length))
		return failure("the reply is %zu bytes of %s, nothing for a terminal: "
			       "-o FILE saves it",
			length, type ? type : "no told type");
	return output_write(output, body, length);
}

int output_response(struct output *output, tc_response *response, bool blob)
{
	const char *location = tc_response_location(response);
	size_t length;

	tc_response_body(response, &length);
	if (length == 0 && location) {
		int status = output_write(output, location, strlen(location));
		return status != 0 ? status : output_write(output, "\n", 1);
	}
	/* JSON that our reader refuses (a name twice, say) is still the server's answer */
	const tc_json *json = !blob && is_json(response) ? tc_response_json(response, NULL) : NULL;
	return json ? output_json(output, json) : output_bytes(output, response);
}
