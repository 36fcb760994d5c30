/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/about/about.h"
#include "tools/taskcluster/commands/about.h"
#include "tools/taskcluster/config/session.h"

#include <taskcluster/call.h>
#include <taskcluster/date.h>
#include <taskcluster/registry.h>

#include <stdio.h>

static void print_date(const char *label, int64_t ms)
{
	struct timespec when = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = ms % 1000 * 1000000 };
	char date[TC_DATE_SIZE];

	if (tc_date_format(when, date, NULL) == TC_OK)
		printf("%s%s", label, date);
}

static void print_list(const char *heading, const struct tc_scopes *scopes)
{
	printf("%s%s\n", heading, scopes->count ? "" : " none");
	for (size_t i = 0; i < scopes->count; i++)
		printf("  %s\n", scopes->scopes[i]);
}

/* What can be told without asking. */
static int print_credentials(const struct config *config)
{
	const struct tc_credentials_facts *info = NULL;
	tc_error err = TC_ERROR_INIT;

	if (!config->credentials) {
		puts("client: none");
		return 0;
	}
	if (tc_credentials_info(config->credentials, &info, &err) != TC_OK) {
		int status = report(&err, NULL, &config->origin);
		tc_error_clear(&err);
		return status;
	}
	printf("client: %s\n", info->client_id);
	printf("credentials: %s, from %s\n", info->temporary ? "temporary" : "permanent",
		config->origin.credentials);
	if (info->issuer)
		printf("issuer: %s\n", info->issuer);
	if (info->temporary) {
		print_date("valid: ", info->start_ms);
		print_date(" to ", info->expiry_ms);
		puts(info->expired ? " (expired)" : "");
		print_list("certificate:", &info->scopes);
	}
	if (info->authorized)
		print_list("narrowed to:", &info->authorized_scopes);
	tc_release(info);
	return 0;
}

static void print_scopes(const tc_json *scopes)
{
	printf("scopes:%s\n", tc_json_count(scopes) ? "" : " none");
	for (size_t i = 0; i < tc_json_count(scopes); i++) {
		const char *scope = tc_json_text(tc_json_item(scopes, i));
		printf("  %s\n", scope ? scope : "(no text)");
	}
}

static int ask_server(const struct tc_operation *operation, struct session *session)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;
	int status = 0;
	tc_call *call = tc_call_by_name(session->client, operation, NULL, 0, NULL, &err);

	if (call && tc_call_perform_json(call, &reply, &err) == TC_OK)
		print_scopes(tc_json_get(reply, "scopes"));
	else if (err.http_status == 403)
		status = failure("the server does not tell: asking takes the scope "
				 "auth:current-scopes, which %s",
			origin_signs(&session->config.origin) ? "these credentials do not have"
							      : "unsigned calls do not have");
	else
		status = report(&err, operation, &session->config.origin);
	tc_release(reply);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}

static int print_server(struct arguments *arguments, struct session *session)
{
	const struct tc_operation *operation = tc_find_operation("auth", "currentScopes");
	const struct config *config = &session->config;
	int status = session_open(session, arguments, operation);

	if (status != 0)
		return status;
	printf("server: %s\n", config->proxy_url ? config->proxy_url : config->root_url);
	fflush(stdout);
	return ask_server(operation, session);
}

static int print_all(struct arguments *arguments)
{
	struct session session = SESSION_INIT;
	int status = config_find_credentials(&session.config);

	if (status == 0)
		status = print_credentials(&session.config);
	if (status == 0 && config_has_server(&session.config))
		status = print_server(arguments, &session);
	else if (status == 0)
		complain("no root URL, so no server was asked: set TASKCLUSTER_ROOT_URL");
	session_close(&session);
	return status;
}

int about_scopes(struct arguments *arguments)
{
	int id;

	while ((id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h')
			return command_help(&scopes_command);
		if (id == OPTION_WORD)
			return usage_error(
				"scopes takes no argument, such as \"%s\"", arguments->value);
		if (id == OPTION_BAD)
			return STATUS_USAGE;
	}
	return print_all(arguments);
}
