/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/shared/rules.h"

#include <taskcluster/date.h>

#include <stdio.h>

/* What a call would be, without sending it. */

/* The seconds from now to then, as people say it. */
static int lifetime(const char *text, int64_t *seconds)
{
	struct timespec now = { 0 }, then;
	char date[TC_DATE_SIZE];
	tc_error err = TC_ERROR_INIT;

	*seconds = 0;
	if (!text)
		return 0;
	if (tc_from_now(text, &now, date, &err) != TC_OK ||
		tc_date_parse(date, &then, &err) != TC_OK) {
		usage_error("--expires: %s", tc_error_text(&err));
		tc_error_clear(&err);
		return STATUS_USAGE;
	}
	*seconds = then.tv_sec;
	return *seconds > 0 ? 0 : usage_error("--expires: \"%s\" is not in the future", text);
}

static int print_signed_url(
	const struct request *request, const struct session *session, const tc_call *call)
{
	tc_error err = TC_ERROR_INIT;
	const char *url = NULL;
	int64_t seconds;
	int status = lifetime(request->expires, &seconds);

	if (status != 0)
		return status;
	if (tc_call_signed_url(call, seconds, &url, &err) == TC_OK)
		puts(url);
	else
		status = report(&err, request->operation, &session->config.origin);
	tc_release(url);
	tc_error_clear(&err);
	return status;
}

int api_print_url(const struct request *request, const struct session *session, tc_call *call)
{
	if (request->verb == API_SIGNED_URL)
		return print_signed_url(request, session, call);
	puts(tc_call_url(call));
	return 0;
}

static int print_signer(const struct tc_operation *operation, const struct config *config)
{
	const struct tc_credentials_facts *info = NULL;

	if (rules_is_open(operation)) {
		puts("(not signed: it is for everybody)");
		return 0;
	}
	if (rules_is_elsewhere(operation->service)) {
		puts("(by its own credentials, when there are any)");
		return 0;
	}
	if (config->proxy_url && !operation->service->base_url) {
		puts("(the proxy signs it)");
		return 0;
	}
	if (!config->credentials) {
		puts("(not signed: there are no credentials)");
		return 0;
	}
	if (tc_credentials_info(config->credentials, &info, NULL) != TC_OK)
		return failure("memory ended");
	printf("Authorization: Hawk id=\"%s\", … (signed when it is sent)\n", info->client_id);
	tc_release(info);
	return 0;
}

int api_print_request(const struct request *request, const struct session *session,
	const tc_call *call, const tc_json *body)
{
	struct output output;

	printf("%s %s\n", request->operation->method, tc_call_url(call));
	int status = print_signer(request->operation, &session->config);
	if (status != 0 || !body)
		return status;
	puts("Content-Type: application/json\n");
	fflush(stdout);
	output_open(&output, NULL);
	status = output_json(&output, body);
	output_close(&output);
	return status;
}
