/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/systems/remote.h"

#include "tools/taskcluster/commands/systems.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/report.h"

#include <taskcluster/pages.h>
#include <taskcluster/registry.h>

bool remote_take_option(struct remote *remote, int id, const char *value)
{
	switch (id) {
	case SYSTEM_SERVER:
		remote->server_url = value;
		return true;
	case SYSTEM_JSON:
		remote->json = true;
		return true;
	default:
		return false;
	}
}

int remote_open(struct remote *remote, const struct arguments *arguments, const char *function)
{
	const struct tc_operation *operation;

	remote->session = (struct session)SESSION_INIT;
	remote->session.base_url = remote->server_url;
	remote->session.base_url_option = remote->server_url ? "--server-url" : NULL;
	int status = output_open(&remote->output, NULL);
	if (status != 0)
		return status;
	return job_open(&remote->session, arguments, remote->service, function, &operation);
}

void remote_close(struct remote *remote)
{
	output_close(&remote->output);
	session_close(&remote->session);
}

void ask_with(struct ask *ask, const char *name, const char *value)
{
	if (value)
		ask->pairs[ask->count++] = (struct tc_pair){ name, value };
}

static tc_call *call_of(
	struct remote *remote, const struct ask *ask, const tc_json *body, tc_error *err)
{
	return tc_call_by_name(remote->session.client,
		tc_find_operation(remote->service, ask->function), ask->pairs, ask->count, body,
		err);
}

static int report_call(const struct remote *remote, const struct ask *ask, const tc_error *err)
{
	return job_report(err, tc_find_operation(remote->service, ask->function), &remote->session);
}

int remote_get(
	struct remote *remote, const struct ask *ask, const tc_json *body, const tc_json **json)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = call_of(remote, ask, body, &err);

	*json = NULL;
	return job_call(&remote->session, call, json, &err);
}

int remote_look(struct remote *remote, const struct ask *ask, const tc_json **json)
{
	tc_error err = TC_ERROR_INIT;
	tc_call *call = call_of(remote, ask, NULL, &err);
	int status = 0;

	*json = NULL;
	if (!call || (tc_call_perform_json(call, json, &err) != TC_OK && err.http_status != 404))
		status = report_call(remote, ask, &err);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}

int remote_each(struct remote *remote, const struct ask *ask, int64_t most, bool distinct,
	remote_item_fn *each, void *data)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	const tc_json *item = NULL;
	int status = 0;

	options.item_max = most;
	options.distinct_max = distinct ? INT64_MAX : 0;
	tc_call *call = call_of(remote, ask, NULL, &err);
	tc_items *items = call ? tc_items_new(call, &options, &err) : NULL;
	while (items && status == 0 && tc_items_next(items, &item, &err) == TC_OK && item)
		status = each(data, item);
	if (err.code != TC_OK)
		status = report_call(remote, ask, &err);
	tc_items_free(items);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}

int remote_print(struct remote *remote, const tc_json *json)
{
	return output_line(&remote->output, json);
}

const char *remote_text(const tc_json *json)
{
	const char *text = tc_json_text(json);

	return text ? text : "-";
}
