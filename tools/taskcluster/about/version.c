/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/version.h"
#include "tools/taskcluster/about/about.h"
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/live/live.h"
#include "tools/taskcluster/shared/names.h"
#include "tools/taskcluster/shared/rules.h"
#include "tools/taskcluster/text/plain.h"

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

/* Where its references cannot be had. Services keep working for older clients, but a function may
 * be missing on one side. */
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

/* ---- its functions ---- */

static size_t count_unknown(const struct tc_service *service)
{
	size_t count = 0;

	for (size_t i = 0; i < service->operation_count; i++)
		count += !tc_find_operation(service->name, service->operations[i].name);
	return count;
}

static size_t count_missing(const struct tc_service *own, const struct live *live)
{
	const struct tc_service *theirs = live_service(live, own->name);
	size_t count = 0;

	if (own->base_url || rules_is_elsewhere(own))
		return 0;
	for (size_t i = 0; i < own->operation_count; i++)
		count += !theirs || !find_operation(theirs, own->operations[i].name);
	return count;
}

static void print_functions(const struct live *live)
{
	size_t own_count, unknown = 0, missing = 0;
	const struct tc_service *const *own = tc_services(&own_count);

	for (size_t i = 0; i < live->count; i++)
		unknown += count_unknown(live->services[i]);
	for (size_t i = 0; i < own_count; i++)
		missing += count_missing(own[i], live);
	if (live->release)
		printf("references: release %s\n", live->release);
	printf("functions: %zu that this client does not know, %zu that the server does not "
	       "have%s\n",
		unknown, missing, unknown || missing ? ": `taskcluster api diff` lists them" : "");
}

/* Whether its references could be read. */
static bool compare_functions(struct arguments *arguments, const struct config *config)
{
	const struct live_wish wish = { .optional = true };
	struct live live;

	if (!config->root_url) /* only a proxy, which has none */
		return false;
	int status = live_open(&live, &wish, arguments);
	if (status == 0)
		print_functions(&live);
	live_close(&live);
	return status == 0;
}

/* ---- the server ---- */

static void print_version(const char *version)
{
	fputs("server: ", stdout);
	plain_print_name(stdout, version, strlen(version));
	putchar('\n');
	fflush(stdout);
}

static void tell_server(
	struct arguments *arguments, const struct config *config, const char *version)
{
	print_version(version ? version : "does not tell its version");
	if (!compare_functions(arguments, config) && version)
		compare(version);
}

static int print_server(
	struct arguments *arguments, const struct tc_operation *operation, struct session *session)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;
	int status = 0;
	tc_call *call = tc_call_by_name(session->client, operation, NULL, 0, NULL, &err);

	if (call && tc_call_perform_json(call, &reply, &err) == TC_OK)
		tell_server(
			arguments, &session->config, tc_json_text(tc_json_get(reply, "version")));
	else
		status = report(&err, operation, &session->config.origin);
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
		status = print_server(arguments, operation, &session);
	session_close(&session);
	return status;
}

int about_version(struct arguments *arguments)
{
	version_print();
	fflush(stdout);
	return ask_server(arguments);
}
