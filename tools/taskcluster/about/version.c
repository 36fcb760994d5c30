/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/version.h"
#include "tools/taskcluster/about/about.h"
#include "tools/taskcluster/config/session.h"

#include <taskcluster/call.h>
#include <taskcluster/registry.h>
#include <taskcluster/version.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Any service's own function that tells its release; all services are of one. */
static const struct tc_operation *asked(void)
{
	return tc_find_operation("auth", "version");
}

/* Services keep working for older clients, but a function may be missing on one side. */
static void compare(const char *server)
{
	char *end;

	if (strcmp(server, tc_sdk_version()) == 0)
		return; /* a sandbox, from the same source as this */
	const char *own = version_release();
	long release = strtol(server + (*server == 'v'), &end, 10);
	long known = strtol(own, NULL, 10);

	if (end == server || !known || release == known)
		return;
	printf("They differ: this client knows the functions of release %ld; %s.\n", known,
		release > known ? "what the server has gained since is missing here"
				: "the server may lack some of them");
}

static int print_server(const struct tc_operation *operation, struct session *session)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;
	int status = 0;
	tc_call *call = tc_call_by_name(session->client, operation, NULL, 0, NULL, &err);

	if (call && tc_call_perform_json(call, &reply, &err) == TC_OK) {
		const char *version = tc_json_text(tc_json_get(reply, "version"));
		printf("server: %s\n", version ? version : "does not tell its version");
		if (version)
			compare(version);
	} else {
		status = report(&err, operation, &session->config.origin);
	}
	tc_release(reply);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}

static int ask_server(struct arguments *arguments)
{
	const struct tc_operation *operation = asked();
	struct session session = SESSION_INIT;
	int status = session_open(&session, arguments, operation);

	if (status == 0)
		status = print_server(operation, &session);
	session_close(&session);
	return status;
}

int about_version(struct arguments *arguments)
{
	version_print();
	fflush(stdout);
	return ask_server(arguments);
}
