/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/shared/select.h"
#include "tools/taskcluster/shared/unfinished.h"
#include "tools/taskcluster/shared/whole.h"
#include "tools/taskcluster/text/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	return whole_write(output->fd, bytes, length) ? 0 : cannot_write(output);
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

/* In one line. */
static int print_line(struct output *output, const tc_json *json)
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

/* A text as it is, with a line end. */
static int print_text(struct output *output, const char *text, size_t length)
{
	char *line = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&line, &size);

	if (!memory)
		return failure("memory ended");
	if (isatty(output->fd))
		plain_print(memory, text, length);
	else
		fwrite(text, 1, length, memory);
	fputc('\n', memory);
	bool whole = !ferror(memory);
	whole = fclose(memory) == 0 && whole;
	int status = whole ? output_write(output, line, size) : failure("memory ended");
	free(line);
	return status;
}

static int print_selected(struct output *output, const tc_json *json)
{
	const tc_json *found = select_find(json);

	if (!found)
		return STATUS_FAILED;
	if (tc_json_kind(found) == TC_JSON_STRING)
		return print_text(output, tc_json_text(found), tc_json_text_length(found));
	return print_line(output, found);
}

int output_json(struct output *output, const tc_json *json)
{
	if (isatty(output->fd) && !select_is_set())
		return output_for_people(output, json, TC_JSON_PRETTY);
	return output_line(output, json);
}

int output_line(struct output *output, const tc_json *json)
{
	return select_is_set() ? print_selected(output, json) : print_line(output, json);
}

int output_stdout(const tc_json *json)
{
	struct output output;

	fflush(stdout);
	int status = output_open(&output, NULL);
	if (status == 0)
		status = output_line(&output, json);
	output_close(&output);
	return status;
}

int output_built(tc_json_builder *builder)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;
	int status;

	if (tc_json_build(builder, &json, &err) == TC_OK)
		status = output_stdout(json);
	else
		status = report(&err, NULL, NULL);
	tc_release(json);
	tc_error_clear(&err);
	return status;
}

int output_object(tc_json_builder *builder)
{
	tc_json_end(builder);
	return output_built(builder);
}

bool output_refuses(const struct output *output, const char *bytes, size_t length)
{
	return isatty(output->fd) && !plain_is(bytes, length);
}
