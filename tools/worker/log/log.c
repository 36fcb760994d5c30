/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/log/log.h"

#include "runtime/src/base/buffer.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)1 << 20)

struct task_log {
	int fd;
	int64_t length;
	bool broken, inside; /* the last byte is no line feed */
	void (*appended)(void *data, const void *bytes, size_t length);
	void *data;
};

/* Not all file systems know files without a name. */
static int open_nameless(const char *folder)
{
	char path[4096];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || snprintf(path, sizeof path, "%s/.log-XXXXXX", folder) >= (int)sizeof path)
		return fd;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

struct task_log *task_log_open(const char *folder, tc_error *err)
{
	struct task_log *log = calloc(1, sizeof *log);

	if (!log) {
		tc_error_set(err, TC_ERROR_NOMEM, "no memory for a log");
		return NULL;
	}
	log->fd = open_nameless(folder);
	if (log->fd >= 0)
		return log;
	tc_error_set(
		err, TC_ERROR_SYSTEM, "no log can be written in %s: %s", folder, strerror(errno));
	free(log);
	return NULL;
}

void task_log_close(struct task_log *log)
{
	if (!log)
		return;
	close(log->fd);
	free(log);
}

void task_log_write(struct task_log *log, const void *bytes, size_t length)
{
	const char *from = bytes;
	size_t left = length;

	while (left > 0 && !log->broken) {
		ssize_t written = pwrite(log->fd, from, left, log->length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			log->broken = true;
			break;
		}
		from += written;
		left -= (size_t)written;
		log->length += written;
	}
	if (length > left) {
		log->inside = from[-1] != '\n';
		if (log->appended)
			log->appended(log->data, bytes, length - left);
	}
}

static void add_line(struct tc__buffer *text, enum log_kind kind, const char *line, size_t length)
{
	char date[TC_DATE_SIZE] = "";

	tc_from_now("", NULL, date, NULL);
	if (kind == LOG_ERROR)
		tc__buffer_text(text, "[taskcluster:error] ");
	else
		tc__buffer_printf(
			text, "[taskcluster%s %s] ", kind == LOG_WARN ? ":warn" : "", date);
	tc__buffer_add(text, line, length);
	tc__buffer_char(text, '\n');
}

void task_log_line(struct task_log *log, enum log_kind kind, const char *format, ...)
{
	struct tc__buffer lines = TC__BUFFER(2 * LINE_MAX_BYTES);
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	if (log->inside)
		tc__buffer_char(&lines, '\n');
	for (const char *line = text; line;) {
		size_t part = strcspn(line, "\n");
		add_line(&lines, kind, line, part);
		line = line[part] && line[part + 1] ? line + part + 1 : NULL;
	}
	task_log_write(log, tc__buffer_get(&lines), lines.length);
	tc__buffer_clear(&lines);
	free(text);
}

int task_log_fd(const struct task_log *log)
{
	return log->fd;
}

int64_t task_log_length(const struct task_log *log)
{
	return log->length;
}

bool task_log_broken(const struct task_log *log)
{
	return log->broken;
}

void task_log_listen(struct task_log *log,
	void (*appended)(void *data, const void *bytes, size_t length), void *data)
{
	log->appended = appended;
	log->data = data;
}
