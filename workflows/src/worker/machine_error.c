/* SPDX-License-Identifier: MPL-2.0 */
/* What went wrong on this machine, told to worker-manager. */
#include "workflows/src/worker/worker.h"

#include "workflows/src/base/text.h"
#include <stdlib.h>

/* One that waits for the registration: nothing is signed before that. */
struct tc__machine_error {
	tc_call *call;
	struct tc__machine_error *next;
};

static void tell(const tc_worker *worker, const char *why)
{
	tc__worker_line(
		worker, TC_LOG_WARN, "worker-manager: an error cannot be reported: %s", why);
}

static void took_report(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	tc_worker *worker = data;

	(void)run;
	tc_release(response);
	worker->reports--;
	if (err && !worker->closed)
		tell(worker, tc_error_text(err));
	if (!tc__worker_leave(worker))
		tc__worker_look(worker);
}

/* Which holds the worker, and its end waits for it. */
static int start(tc_worker *worker, tc_call *call, tc_error *err)
{
	int rc = tc_loop_start(worker->loop, call, took_report, worker, NULL, err);

	tc_call_free(call);
	if (rc != TC_OK)
		return rc;
	worker->reports++;
	tc__worker_hold(worker);
	return TC_OK;
}

static int hold(tc_worker *worker, tc_call *call, tc_error *err)
{
	struct tc__machine_error **last = &worker->machine_errors;
	struct tc__machine_error *held = calloc(1, sizeof *held);

	if (!held) {
		tc_call_free(call);
		return tc__no_memory(err);
	}
	held->call = call;
	while (*last)
		last = &(*last)->next;
	*last = held;
	return TC_OK;
}

static tc_call *take(tc_worker *worker)
{
	struct tc__machine_error *held = worker->machine_errors;
	tc_call *call = held ? held->call : NULL;

	if (held)
		worker->machine_errors = held->next;
	free(held);
	return call;
}

void tc__machine_errors_send(tc_worker *worker)
{
	tc_error err = TC_ERROR_INIT;

	for (tc_call *call; (call = take(worker));)
		if (start(worker, call, &err) != TC_OK)
			tell(worker, tc_error_text(&err));
	tc_error_clear(&err);
}

void tc__machine_errors_drop(tc_worker *worker, bool told)
{
	for (tc_call *call; (call = take(worker));) {
		if (told)
			tell(worker, "the worker was never registered");
		tc_call_free(call);
	}
}

int tc_worker_report_error(tc_worker *worker, const char *kind, const char *title,
	const char *description, tc_error *err)
{
	const struct tc__manager_report report = { kind, title, description };
	tc_error why = TC_ERROR_INIT;

	tc_error_clear(err);
	if (!worker)
		return tc_error_set(err, TC_ERROR_ARGUMENT, "worker is NULL");
	const struct tc__manager_worker whom = tc__worker_who(worker);
	tc_call *call = tc__manager_report_call(worker->client, &whom, &report, &why);
	if (call && worker->manager && !worker->ready)
		hold(worker, call, &why);
	else if (call)
		start(worker, call, &why);
	int rc = tc_error_copy(err, &why);
	tc_error_clear(&why);
	return rc;
}
