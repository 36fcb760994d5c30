/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/about/about.h"
#include "tools/taskcluster/commands/about.h"
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/text/plain.h"

#include <taskcluster/call.h>
#include <taskcluster/date.h>
#include <taskcluster/registry.h>

#include <stdio.h>
#include <string.h>

static bool format(int64_t ms, char date[TC_DATE_SIZE])
{
	struct timespec when = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = ms % 1000 * 1000000 };

	return tc_date_format(when, date, NULL) == TC_OK;
}

/* ---- for people ---- */

static void print_date(const char *label, int64_t ms)
{
	char date[TC_DATE_SIZE];

	if (format(ms, date))
		printf("%s%s", label, date);
}

/* Scopes and names are what servers and certificates say. */
static void print_line(const char *label, const char *text)
{
	fputs(label, stdout);
	plain_print_name(stdout, text, strlen(text));
	putchar('\n');
}

static void print_list(const char *heading, const struct tc_scopes *scopes)
{
	printf("%s%s\n", heading, scopes->count ? "" : " none");
	for (size_t i = 0; i < scopes->count; i++)
		print_line("  ", scopes->scopes[i]);
}

static void print_credentials(const struct tc_credentials_facts *info, const char *from)
{
	print_line("client: ", info->client_id);
	printf("credentials: %s, from %s\n", info->temporary ? "temporary" : "permanent", from);
	if (info->issuer)
		print_line("issuer: ", info->issuer);
	if (info->temporary) {
		print_date("valid: ", info->start_ms);
		print_date(" to ", info->expiry_ms);
		puts(info->expired ? " (expired)" : "");
		print_list("certificate:", &info->scopes);
	}
	if (info->authorized)
		print_list("narrowed to:", &info->authorized_scopes);
}

static void print_scopes(const tc_json *scopes)
{
	printf("scopes:%s\n", tc_json_count(scopes) ? "" : " none");
	for (size_t i = 0; i < tc_json_count(scopes); i++) {
		const char *scope = tc_json_text(tc_json_item(scopes, i));
		print_line("  ", scope ? scope : "(no text)");
	}
}

/* ---- the same as JSON ---- */

static void add_date(tc_json_builder *json, const char *name, int64_t ms)
{
	char date[TC_DATE_SIZE];

	if (format(ms, date))
		member_text(json, name, date);
}

static void add_list(tc_json_builder *json, const char *name, const struct tc_scopes *scopes)
{
	tc_json_add_name(json, name);
	tc_json_add_array(json);
	for (size_t i = 0; i < scopes->count; i++)
		member_item(json, scopes->scopes[i]);
	tc_json_end(json);
}

static void add_credentials(
	tc_json_builder *json, const struct tc_credentials_facts *info, const char *from)
{
	member_text(json, "clientId", info->client_id);
	member_flag(json, "temporary", info->temporary);
	member_text(json, "from", from);
	member_text(json, "issuer", info->issuer);
	if (info->temporary) {
		add_date(json, "start", info->start_ms);
		add_date(json, "expiry", info->expiry_ms);
		member_flag(json, "expired", info->expired);
		add_list(json, "certificateScopes", &info->scopes);
	}
	if (info->authorized)
		add_list(json, "authorizedScopes", &info->authorized_scopes);
}

/* ---- finding out; `json` is NULL for people ---- */

/* What can be told without asking. */
static int tell_credentials(const struct config *config, tc_json_builder *json)
{
	const struct tc_credentials_facts *info = NULL;
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (!config->credentials) {
		if (!json)
			puts("client: none");
		return 0;
	}
	if (tc_credentials_info(config->credentials, &info, &err) != TC_OK)
		status = report(&err, NULL, &config->origin);
	else if (json)
		add_credentials(json, info, config->origin.credentials);
	else
		print_credentials(info, config->origin.credentials);
	tc_release(info);
	tc_error_clear(&err);
	return status;
}

static void tell_scopes(const tc_json *scopes, tc_json_builder *json)
{
	if (!json) {
		print_scopes(scopes);
		return;
	}
	tc_json_add_name(json, "scopes");
	tc_json_add_json(json, scopes);
}

static int ask_server(
	const struct tc_operation *operation, struct session *session, tc_json_builder *json)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;
	int status = 0;
	tc_call *call = tc_call_by_name(session->client, operation, NULL, 0, NULL, &err);

	if (call && tc_call_perform_json(call, &reply, &err) == TC_OK)
		tell_scopes(tc_json_get(reply, "scopes"), json);
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

static int tell_server(struct arguments *arguments, struct session *session, tc_json_builder *json)
{
	const struct tc_operation *operation = tc_find_operation("auth", "currentScopes");
	const struct config *config = &session->config;
	int status = session_open(session, arguments, operation);

	if (status != 0)
		return status;
	const char *server = config->proxy_url ? config->proxy_url : config->root_url;
	if (json)
		member_text(json, "server", server);
	else
		printf("server: %s\n", server);
	fflush(stdout);
	return ask_server(operation, session, json);
}

static int tell_all(struct arguments *arguments, tc_json_builder *json)
{
	struct session session = SESSION_INIT;

	session.config.mix = arguments->mix;
	int status = config_find_credentials(&session.config);

	if (status == 0)
		status = tell_credentials(&session.config, json);
	if (status == 0 && config_has_server(&session.config))
		status = tell_server(arguments, &session, json);
	else if (status == 0)
		complain("no root URL, so no server was asked: set TASKCLUSTER_ROOT_URL");
	session_close(&session);
	return status;
}

/* All of it, or nothing. */
static int print_json(struct arguments *arguments)
{
	tc_json_builder *json = tc_json_builder_new();

	if (!json)
		return failure("memory ended");
	tc_json_add_object(json);
	int status = tell_all(arguments, json);
	tc_json_end(json);
	if (status == 0)
		return output_built(json);
	tc_json_builder_free(json);
	return status;
}

int about_scopes(struct arguments *arguments)
{
	bool json = false;
	int id;

	while ((id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h')
			return command_help(&scopes_command);
		if (id == OPTION_WORD)
			return usage_error(
				"scopes takes no argument, such as \"%s\"", arguments->value);
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		json = true;
	}
	return json ? print_json(arguments) : tell_all(arguments, NULL);
}
