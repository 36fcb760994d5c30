/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/runner/runner.h"
#include "tools/streams/streams.h"

#include "runtime/src/base/buffer.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_MAX ((size_t)1 << 20)

enum { CAN_TERMINATE, CAN_CREDENTIALS, CAN_LOG, CAN_REPORT, CAN_SHUTDOWN, CAPABILITIES };

static const char *const names[CAPABILITIES] = { "graceful-termination", "new-credentials", "log",
	"error-report", "shutdown" };

struct runner {
	struct runner_options options;
	struct tc__buffer line; /* what came of a line that has not ended */
	bool greeted;
	bool can[CAPABILITIES];
};

/* ---- to the runner ---- */

/* Ends and sends a message that was begun by begin(). */
static void send_message(struct runner *runner, tc_json_builder *builder)
{
	struct tc__buffer line = TC__BUFFER(MESSAGE_MAX);
	const tc_json *message = NULL;
	char *text = NULL;
	size_t length;

	tc_json_end(builder);
	if (tc_json_build(builder, &message, NULL) == TC_OK &&
		tc_json_write(message, TC_JSON_COMPACT, &text, &length, NULL) == TC_OK) {
		tc__buffer_char(&line, '~');
		tc__buffer_add(&line, text, length);
		tc__buffer_char(&line, '\n');
		streams_write(runner->options.out, tc__buffer_get(&line), line.length);
	}
	tc__buffer_clear(&line);
	tc_release(text);
	tc_release(message);
}

static tc_json_builder *begin(const char *type)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	tc_json_add_name(builder, "type");
	tc_json_add_string(builder, type);
	return builder;
}

static void add(tc_json_builder *builder, const char *name, const char *text)
{
	tc_json_add_name(builder, name);
	tc_json_add_string(builder, text);
}

bool runner_greeted(const struct runner *runner)
{
	return runner->greeted;
}

void runner_log(struct runner *runner, const char *line)
{
	if (!runner || !runner->can[CAN_LOG]) {
		fprintf(stderr, "%s\n", line);
		return;
	}
	tc_json_builder *builder = begin("log");
	tc_json_add_name(builder, "body");
	tc_json_add_object(builder);
	add(builder, "textPayload", line);
	tc_json_end(builder);
	send_message(runner, builder);
}

bool runner_report(
	struct runner *runner, const char *kind, const char *title, const char *description)
{
	if (!runner || !runner->can[CAN_REPORT])
		return false;
	tc_json_builder *builder = begin("error-report");
	add(builder, "kind", kind);
	add(builder, "title", title);
	add(builder, "description", description);
	tc_json_add_name(builder, "extra");
	tc_json_add_object(builder);
	tc_json_end(builder);
	send_message(runner, builder);
	return true;
}

bool runner_shutdown(struct runner *runner)
{
	if (!runner || !runner->can[CAN_SHUTDOWN])
		return false;
	send_message(runner, begin("shutdown"));
	return true;
}

/* ---- from the runner ---- */

static void complain(const struct runner *runner, const char *text)
{
	if (runner->options.trouble)
		runner->options.trouble(runner->options.data, text);
}

static void on_welcome(struct runner *runner, const tc_json *message)
{
	const tc_json *offered = tc_json_get(message, "capabilities");
	tc_json_builder *builder = begin("hello");

	tc_json_add_name(builder, "capabilities");
	tc_json_add_array(builder);
	for (size_t i = 0; i < tc_json_count(offered); i++) {
		const char *name = tc_json_text(tc_json_item(offered, i));
		for (int k = 0; name && k < CAPABILITIES; k++) {
			if (strcmp(names[k], name) != 0 || runner->can[k])
				continue;
			runner->can[k] = true;
			tc_json_add_string(builder, name);
		}
	}
	tc_json_end(builder);
	send_message(runner, builder);
	runner->greeted = true;
}

static void on_credentials(struct runner *runner, const tc_json *message)
{
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials =
		tc_credentials_new(tc_json_text(tc_json_get(message, "client-id")),
			tc_json_text(tc_json_get(message, "access-token")),
			tc_json_text(tc_json_get(message, "certificate")), &err);

	if (credentials)
		runner->options.credentials(runner->options.data, credentials);
	else
		complain(runner, tc_error_text(&err));
	tc_credentials_free(credentials);
	tc_error_clear(&err);
}

static void on_message(struct runner *runner, const tc_json *message)
{
	const char *type = tc_json_text(tc_json_get(message, "type"));

	if (!type)
		complain(runner, "worker-runner sent a message without a type");
	else if (strcmp(type, "welcome") == 0)
		on_welcome(runner, message);
	else if (strcmp(type, "graceful-termination") == 0 && runner->can[CAN_TERMINATE])
		runner->options.terminate(
			runner->options.data, tc_json_true(tc_json_get(message, "finish-tasks")));
	else if (strcmp(type, "new-credentials") == 0 && runner->can[CAN_CREDENTIALS])
		on_credentials(runner, message);
	else
		complain(runner, "worker-runner sent a message that was not agreed on");
}

static void on_line(struct runner *runner, const char *line, size_t length)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *message = NULL;

	if (length < 2 || line[0] != '~')
		return;
	if (tc_json_parse(line + 1, length - 1, &message, &err) == TC_OK)
		on_message(runner, message);
	else
		complain(runner, "worker-runner sent a line that is no JSON");
	tc_release(message);
	tc_error_clear(&err);
}

static void take_bytes(struct runner *runner, const char *bytes, size_t length)
{
	while (length > 0) {
		const char *feed = memchr(bytes, '\n', length);
		size_t part = feed ? (size_t)(feed - bytes) : length;
		tc__buffer_add(&runner->line, bytes, part);
		bytes += part;
		length -= part;
		if (!feed)
			continue;
		if (tc__buffer_failed(&runner->line))
			complain(runner, "worker-runner sent a line that is too long");
		else
			on_line(runner, tc__buffer_get(&runner->line), runner->line.length);
		tc__buffer_clear(&runner->line);
		bytes++;
		length--;
	}
}

static void on_readable(void *data, int fd, int events)
{
	struct runner *runner = data;
	char bytes[4096];
	ssize_t length = read(fd, bytes, sizeof bytes);

	(void)events;
	if (length > 0)
		take_bytes(runner, bytes, (size_t)length);
	else if (length == 0 || (errno != EAGAIN && errno != EINTR))
		tc_loop_watch(runner->options.loop, fd, 0, NULL, NULL, NULL); /* it has gone */
	explicit_bzero(bytes, sizeof bytes);
}

struct runner *runner_new(const struct runner_options *options, tc_error *err)
{
	struct runner *runner = calloc(1, sizeof *runner);

	if (!runner) {
		tc_error_set(err, TC_ERROR_NOMEM, "no memory for worker-runner's protocol");
		return NULL;
	}
	runner->options = *options;
	runner->line = TC__BUFFER(MESSAGE_MAX);
	runner->line.secret = true;
	fcntl(options->in, F_SETFL, fcntl(options->in, F_GETFL) | O_NONBLOCK);
	if (tc_loop_watch(options->loop, options->in, TC_LOOP_READ, on_readable, runner, err) !=
		TC_OK) {
		free(runner);
		return NULL;
	}
	return runner;
}

void runner_free(struct runner *runner)
{
	if (!runner)
		return;
	tc_loop_watch(runner->options.loop, runner->options.in, 0, NULL, NULL, NULL);
	tc__buffer_clear(&runner->line);
	free(runner);
}
