/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/unfinished.h"
#include "tools/taskcluster/text/plain.h"
#include <taskcluster/conventions.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two texts as one; free it. NULL, after telling, without memory. */
static char *join(const char *a, const char *b)
{
	size_t size = strlen(a) + strlen(b) + 1;
	char *joined = malloc(size);

	if (joined)
		snprintf(joined, size, "%s%s", a, b);
	else
		failure("memory ended");
	return joined;
}

/* The file under a name of its own beside the later one, with the mode that one has or a new file
 * would get. */
static int open_temporary(struct output *output, const char *beside, const struct stat *present)
{
	mode_t mask = umask(0);

	umask(mask);
	output->temporary = join(beside, ".XXXXXX");
	if (!output->temporary)
		return STATUS_FAILED;
	output->fd = unfinished_begin(output->temporary);
	if (output->fd < 0) {
		free(output->temporary);
		output->temporary = NULL;
		return usage_error("%s: %s", beside, strerror(errno));
	}
	fchmod(output->fd, present ? present->st_mode & 0777 : 0666 & ~mask);
	return 0;
}

static int open_in_folder(struct output *output, const char *path)
{
	output->folder = join(path, path[strlen(path) - 1] == '/' ? "" : "/");
	return output->folder ? open_temporary(output, output->folder, NULL) : STATUS_FAILED;
}

int output_open(struct output *output, const char *path)
{
	struct stat present;

	*output = (struct output){ .fd = STDOUT_FILENO };
	if (!path || strcmp(path, "-") == 0)
		return 0;
	bool exists = stat(path, &present) == 0;
	if (!*path || (!exists && path[strlen(path) - 1] == '/'))
		return usage_error("-o: there is no folder \"%s\"", path);
	if (exists && S_ISDIR(present.st_mode))
		return open_in_folder(output, path);
	if (exists && !S_ISREG(present.st_mode)) {
		output->fd = open(path, O_WRONLY | O_CLOEXEC);
		return output->fd < 0 ? usage_error("%s: %s", path, strerror(errno)) : 0;
	}
	if (exists && access(path, W_OK) != 0)
		return usage_error("%s: %s", path, strerror(errno));
	output->target = exists ? realpath(path, NULL) : strdup(path);
	if (!output->target)
		return failure("%s: %s", path, strerror(errno));
	return open_temporary(output, output->target, exists ? &present : NULL);
}

int output_open_file(struct output *output, const char *path)
{
	int status = output_open(output, path);

	if (status != 0 || !output->folder)
		return status;
	return usage_error("%s is a folder, and a list has no name of its own: name a file", path);
}

static int is_there(const struct output *output)
{
	return failure("%s is there already, and is not overwritten: -o FILE names another",
		output->target);
}

int output_name(struct output *output, const char *name)
{
	struct stat present;

	free(output->target);
	output->target = join(output->folder, name);
	if (!output->target)
		return STATUS_FAILED;
	if (lstat(output->target, &present) == 0)
		return is_there(output);
	return errno == ENOENT ? 0 : failure("%s: %s", output->target, strerror(errno));
}

/* A reader that has gone, like head, is no news to anybody. */
static int cannot_write(const struct output *output)
{
	if (errno == EPIPE && !output->counts_readers)
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

/* Some file systems (FAT) have no links; there an empty file reserves the name. */
static int take_name(const struct output *output)
{
	int fd = open(output->target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	close(fd);
	if (rename(output->temporary, output->target) == 0)
		return 0;
	unlink(output->target);
	return -1;
}

/* The name, unless somebody else has it meanwhile. */
static int appear_in_folder(const struct output *output)
{
	if (link(output->temporary, output->target) == 0)
		return unlink(output->temporary);
	return errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS ? take_name(output) : -1;
}

static int appear(const struct output *output)
{
	if (!output->folder)
		return rename(output->temporary, output->target);
	return appear_in_folder(output);
}

int output_commit(struct output *output)
{
	if (!output->temporary)
		return 0;
	int fd = output->fd;
	output->fd = -1;
	if (close(fd) != 0 || appear(output) != 0)
		return errno == EEXIST ? is_there(output) : cannot_write(output);
	unfinished_end();
	free(output->temporary);
	output->temporary = NULL;
	if (output->folder)
		puts(output->target);
	return 0;
}

void output_close(struct output *output)
{
	if (output->fd >= 0 && output->fd != STDOUT_FILENO)
		close(output->fd);
	if (output->temporary)
		unlink(output->temporary);
	unfinished_end();
	free(output->temporary);
	free(output->target);
	free(output->folder);
	*output = (struct output){ .fd = -1 };
}

static int unwritable(tc_error *err)
{
	int status = report(err, NULL, NULL);

	tc_error_clear(err);
	return status;
}

/* On a terminal, with line end. */
static int output_for_people(struct output *output, const tc_json *json, enum tc_json_style style)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;
	size_t length;

	if (tc_json_write(json, style, &text, &length, &err) != TC_OK)
		return unwritable(&err);
	char *plain = plain_json(text, length, &length);
	tc_release(text);
	if (!plain)
		return failure("memory ended");
	if (style == TC_JSON_COMPACT)
		plain[length++] = '\n'; /* there is room for a NUL */
	int status = output_write(output, plain, length);
	free(plain);
	return status;
}

int output_json(struct output *output, const tc_json *json)
{
	return isatty(output->fd) ? output_for_people(output, json, TC_JSON_PRETTY)
				  : output_line(output, json);
}

int output_line(struct output *output, const tc_json *json)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;
	size_t length;

	if (isatty(output->fd))
		return output_for_people(output, json, TC_JSON_COMPACT);
	if (tc_json_write(json, TC_JSON_COMPACT, &text, &length, &err) != TC_OK)
		return unwritable(&err);
	text[length] = '\n'; /* in place of its NUL: a line is written as a whole */
	int status = output_write(output, text, length + 1);
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

bool output_refuses(const struct output *output, const char *bytes, size_t length)
{
	return isatty(output->fd) && !plain_is(bytes, length);
}

static int output_bytes(struct output *output, const tc_response *response)
{
	const char *type = tc_response_header(response, "content-type");
	size_t length;
	const char *body = tc_response_body(response, &length);

	if (output_refuses(output, body, length))
		return failure("the reply is %zu bytes of %s, nothing for a terminal: "
			       "-o FILE saves it",
			length, type ? type : "no told type");
	return output_write(output, body, length);
}

/* The JSON that the reply is, or NULL. JSON that our reader refuses (a name twice, say) is still
 * the server's answer, and bytes here. */
static const tc_json *json_of(tc_response *response, const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	if (operation->blob_output || !is_json(response))
		return NULL;
	const tc_json *json = tc_response_json(response, NULL);
	/* what is around a result is between the two programs */
	return json && rules && rules->rpc ? tc_json_get(json, "result") : json;
}

/* Where a redirect leads, or NULL. What else it says is for people with browsers, unless the
 * function is one that answers JSON. */
static const char *redirect_of(
	const tc_response *response, const struct tc_operation *operation, const tc_json *json)
{
	if (tc_response_status(response) < 300 || (json && operation->has_output))
		return NULL;
	return tc_response_location(response);
}

static int output_redirect(struct output *output, const char *location)
{
	if (output_refuses(output, location, strlen(location)))
		return failure(
			"the URL of the redirect is nothing for a terminal: -o FILE saves it");
	int status = output_write(output, location, strlen(location));
	return status != 0 ? status : output_write(output, "\n", 1);
}

int output_response(
	struct output *output, tc_response *response, const struct tc_operation *operation)
{
	const tc_json *json = json_of(response, operation);
	const char *location = redirect_of(response, operation, json);

	if (location)
		return output_redirect(output, location);
	return json ? output_json(output, json) : output_bytes(output, response);
}
