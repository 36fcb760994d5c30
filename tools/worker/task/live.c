/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tools/worker/task/run.h"

/* The two artifacts of a task's log: the live one, while it runs, and the whole at its end. */

#include "tools/livelog/livelog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/slugid.h>

#define LOG_TYPE "text/plain; charset=utf-8"
#define EXPIRES_S 900   /* the live artifact outlives maxRunTime by so much */
#define LINGER_MS 100   /* readers have so long, */
#define LINGER_LOOKS 50 /* so often, to get what there is when the task has ended */

struct run_live {
	struct livelog *server; /* NULL: there is none */
	char token[TC_SLUGID_SIZE];
	char url[512];
};

static bool cancel(struct run *run)
{
	tc_job_cancel(run->job);
	return false;
}

/* ---- while the task runs ---- */

static bool is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0;
}

/* As readers see it. */
static const char *live_host(const struct options *options)
{
	if (options->live_host)
		return options->live_host;
	return options->public_ip ? options->public_ip : "127.0.0.1";
}

static int start_server(struct run *run, tc_error *err)
{
	const struct options *options = run->host->options;
	struct run_live *live = run->live;
	const struct livelog_options wanted = {
		.fd = task_log_fd(run->log),
		.token = live->token,
		.address = is_loopback(live_host(options)) ? NULL : "*",
		.port = options->live_port ? (int)options->live_port + run->place : 0,
		.certificate = options->tls_certificate,
		.key = options->tls_key,
	};

	tc_slugid_nice(live->token);
	live->server = livelog_start(&wanted, err);
	if (!live->server)
		return err->code;
	int64_t port = options->live_expose_port;
	snprintf(live->url, sizeof live->url, "%s://%s:%d/log/%s",
		options->tls_certificate ? "https" : "http", live_host(options),
		port ? (int)port + run->place : livelog_port(live->server), live->token);
	return TC_OK;
}

/* Some time longer than the task may run, but not longer than it lives. */
static const char *live_expires(const struct run *run, char date[TC_DATE_SIZE])
{
	struct timespec when;
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec += run->payload.run_s + EXPIRES_S;
	if (tc_date_format(when, date, NULL) != TC_OK)
		return run->payload.expires;
	if (run->payload.expires && tc_date_parse(run->payload.expires, &end, NULL) == TC_OK &&
		end.tv_sec < when.tv_sec)
		return run->payload.expires;
	return date;
}

static void on_appended(void *data, const void *bytes, size_t length)
{
	(void)bytes;
	(void)length;
	livelog_grew(data);
}

static void warn(struct run *run, const tc_error *err)
{
	if (!run->aborted)
		task_log_line(run->log, LOG_WARN, "the live log: %s", tc_error_text(err));
}

static void on_created(void *data, const tc_error *err)
{
	if (err)
		warn(data, err);
	run_next(data);
}

static void on_linked(void *data, const tc_error *err)
{
	struct run *run = data;

	if (err)
		run->host->say(run->host->say_data, tc_error_text(err));
	run_next(run);
}

static int create_artifact(struct run *run, const struct tc_create_options *options,
	tc_created_fn *on_done, tc_error *err)
{
	const struct tc_artifact artifact = run_artifact(run, run->payload.live_name);

	run->cancel = cancel;
	return tc_loop_create_artifact(run->host->loop, tc_task_client(run->task), &artifact,
		options, on_done, run, &run->job, err);
}

static int open_live(struct run *run, tc_error *err)
{
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;
	char expires[TC_DATE_SIZE];
	int rc = start_server(run, err);

	if (rc != TC_OK)
		return rc;
	task_log_listen(run->log, on_appended, run->live->server);
	options.url = run->live->url;
	options.content_type = LOG_TYPE;
	options.expires = live_expires(run, expires);
	return create_artifact(run, &options, on_created, err);
}

/* What fails here is no reason to fail the task. */
bool run_open_live(struct run *run)
{
	tc_error err = TC_ERROR_INIT;

	if (!run->payload.live_log)
		return true;
	run->live = calloc(1, sizeof *run->live);
	if (run->live && open_live(run, &err) == TC_OK)
		return false;
	if (run->live)
		warn(run, &err);
	tc_error_clear(&err);
	return true;
}

/* ---- the end ---- */

/* Nothing is written after this. */
bool run_end_log(struct run *run)
{
	if (run->last_words)
		task_log_line(run->log, LOG_ERROR, "%s", run->last_words);
	if (task_log_broken(run->log))
		run_settle(run, TC_TASK_RESOURCE_UNAVAILABLE,
			"the log is not whole: this worker's disk takes no more");
	task_log_listen(run->log, NULL, NULL);
	if (run->live && run->live->server)
		livelog_end(run->live->server, task_log_broken(run->log));
	return true;
}

bool run_link_live(struct run *run)
{
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	if (!run->live || !run->payload.backing_log || run->late)
		return true;
	options.link = run->payload.backing_name;
	options.content_type = LOG_TYPE;
	options.expires = run->payload.expires;
	if (create_artifact(run, &options, on_linked, &err) == TC_OK)
		return false;
	run->host->say(run->host->say_data, tc_error_text(&err));
	tc_error_clear(&err);
	return true;
}

/* There is no log any more to write this into. */
static void fail_log(struct run *run, const tc_error *err)
{
	run->host->say(run->host->say_data, tc_error_text(err));
	if (!run->aborted)
		tc_task_settle(run->task, run_upload_result(err), tc_error_text(err));
}

static void on_uploaded(void *data, const struct tc_uploaded *result, const tc_error *err)
{
	(void)result;
	if (err)
		fail_log(data, err);
	run_next(data);
}

bool run_upload_log(struct run *run)
{
	struct tc_artifact artifact = run_artifact(run, run->payload.backing_name);
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source source = TC_SOURCE_INIT;
	tc_error err = TC_ERROR_INIT;

	if (!run->payload.backing_log || run->late)
		return true;
	options.content_type = LOG_TYPE;
	options.expires = run->payload.expires;
	if (run->host->options->object_artifacts) {
		options.storage = TC_STORAGE_OBJECT;
		options.project_id = run->definition->project_id;
	} else {
		options.encoding = TC_ENCODING_GZIP;
	}
	source.fd = task_log_fd(run->log);
	source.length = task_log_length(run->log);
	if (tc_loop_upload_artifact(run->host->loop, tc_task_client(run->task), &artifact, &source,
		    &options, on_uploaded, run, &run->job, &err) == TC_OK) {
		run->cancel = cancel;
		return false;
	}
	fail_log(run, &err);
	tc_error_clear(&err);
	return true;
}

/* ---- readers that are not through yet ---- */

struct lingering {
	struct host *host;
	struct livelog *server;
	int place; /* where it has a port of its own, which the next task must not have; -1 */
	int looks;
};

static void end_lingering(void *data, uint64_t timer)
{
	struct lingering *lingering = data;

	(void)timer;
	lingering->host->unfinished--;
	if (lingering->place >= 0)
		lingering->host->places[lingering->place] = false;
	livelog_free(lingering->server);
	free(lingering);
}

static void look_again(void *data, uint64_t timer)
{
	struct lingering *lingering = data;

	if (lingering->looks++ == LINGER_LOOKS || !livelog_readers(lingering->server) ||
		tc_loop_timer_or_end(lingering->host->loop, LINGER_MS, look_again, end_lingering,
			lingering, NULL, NULL) != TC_OK)
		end_lingering(lingering, timer);
}

/* With any port there is time, and a server that has been quiet for a moment ends at once. A fixed
 * one is wanted by the next task. */
static void linger(struct lingering *lingering)
{
	const struct options *options = lingering->host->options;

	lingering->host->unfinished++;
	if (options->live_port ||
		tc_loop_timer_or_end(lingering->host->loop, LINGER_MS, look_again, end_lingering,
			lingering, NULL, NULL) != TC_OK)
		look_again(lingering, 0);
}

void run_free_live(struct run *run)
{
	struct lingering *lingering;

	if (!run->live)
		return;
	lingering = calloc(1, sizeof *lingering);
	if (lingering && run->live->server) {
		*lingering = (struct lingering){ run->host, run->live->server, -1, 0 };
		if (run->host->options->live_port) {
			lingering->place = run->place;
			run->place = -1;
		}
		linger(lingering);
	} else {
		livelog_free(run->live->server);
		free(lingering);
	}
	free(run->live);
	run->live = NULL;
}
