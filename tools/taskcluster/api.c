/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api.h"
#include "tools/taskcluster/cli.h"
#include "tools/taskcluster/input.h"
#include "tools/taskcluster/output.h"
#include "tools/taskcluster/session.h"

#include <taskcluster/call.h>
#include <taskcluster/date.h>
#include <taskcluster/registry.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASE_URL = OPTION_OWN, BODY, DRY_RUN, EXPIRES, SIGNED_URL, URL };

static const struct option options[] = {
	{ "body", BODY, "FILE", "the body; - is standard input, the default" },
	{ "output", 'o', "FILE", "write the reply there; it appears whole or not at all" },
	{ "dry-run", DRY_RUN, NULL, "print the request, without the secret, and do not send it" },
	{ "url", URL, NULL, "print the URL, and do not call it" },
	{ "signed-url", SIGNED_URL, NULL, "print a URL that anybody can GET for a while" },
	{ "expires", EXPIRES, "TIME", "how long: \"15m\" (the default), \"1 day 2 hours\", …" },
	{ "base-url", BASE_URL, "URL", "for classic services: {service} stands for the name" },
	{ "server-url", BASE_URL, "URL", "where the server of another system is" },
	{ NULL, 0, NULL, NULL },
};

struct request {
	const struct tc_service *service;
	const struct tc_operation *operation;
	struct tc_pair *pairs; /* arguments, then query values */
	size_t count, arguments;
	const char *body, *output, *expires, *base_url;
	int verb; /* 0: perform; or DRY_RUN, URL, SIGNED_URL */
	bool help;
};

static int too_many(const struct request *request, const char *word)
{
	const struct tc_operation *operation = request->operation;

	return usage_error("%s %s takes %u argument%s; \"%s\" is one too many",
		request->service->name, operation->name, operation->argument_count,
		operation->argument_count == 1 ? "" : "s", word);
}

static int take_word(struct request *request, struct arguments *arguments)
{
	const char *word = arguments->value;

	if (!request->service) {
		request->service = tc_find_service(word);
		return request->service ? 0 : unknown_service(word);
	}
	if (!request->operation) {
		request->operation = tc_find_operation(request->service->name, word);
		arguments->operation = request->operation;
		return request->operation ? 0 : unknown_operation(request->service, word);
	}
	if (request->arguments == request->operation->argument_count)
		return too_many(request, word);
	request->pairs[request->count++] =
		(struct tc_pair){ request->operation->arguments[request->arguments++].name, word };
	return 0;
}

static int take_verb(struct request *request, int verb)
{
	if (request->verb && request->verb != verb)
		return usage_error("--dry-run, --url and --signed-url exclude each other");
	request->verb = verb;
	return 0;
}

static int take(struct request *request, struct arguments *arguments, int id)
{
	switch (id) {
	case OPTION_WORD:
		return take_word(request, arguments);
	case OPTION_QUERY:
		request->pairs[request->count++] =
			(struct tc_pair){ arguments->name, arguments->value };
		return 0;
	case BODY:
		request->body = arguments->value;
		return 0;
	case 'o':
		request->output = arguments->value;
		return 0;
	case EXPIRES:
		request->expires = arguments->value;
		return 0;
	case BASE_URL:
		request->base_url = arguments->value;
		return 0;
	case 'h':
		request->help = true;
		return 0;
	case OPTION_BAD:
		return STATUS_USAGE;
	default:
		return take_verb(request, id);
	}
}

static int parse(struct request *request, struct arguments *arguments)
{
	int id, status = 0;

	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END)
		status = take(request, arguments, id);
	return status;
}

/* What only a whole command line shows. */
static int check(const struct request *request)
{
	const struct tc_operation *operation = request->operation;

	if (request->arguments < operation->argument_count)
		return usage_error("%s %s needs <%s>: see `taskcluster api %s %s --help`",
			request->service->name, operation->name,
			operation->arguments[request->arguments].name, request->service->name,
			operation->name);
	if (request->body && !operation->has_input)
		return usage_error("%s %s takes no body", request->service->name, operation->name);
	if (request->expires && request->verb != SIGNED_URL)
		return usage_error("--expires goes with --signed-url");
	if (request->base_url && !request->service->base_url &&
		!session_is_elsewhere(request->service))
		return usage_error("--base-url is for services that carry their own, and %s does "
				   "not: set TASKCLUSTER_ROOT_URL",
			request->service->name);
	return 0;
}

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
		status = report(&err, request->operation, &session->config);
	tc_release(url);
	tc_error_clear(&err);
	return status;
}

static int print_signer(const struct tc_service *service, const struct config *config)
{
	if (session_is_elsewhere(service)) {
		puts("(by its own credentials, when there are any)");
		return 0;
	}
	const struct tc_credentials_info *info = NULL;

	if (config->proxy_url) {
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

static int print_request(const struct request *request, const struct config *config,
	const tc_call *call, const tc_json *body)
{
	struct output output;

	printf("%s %s\n", request->operation->method, tc_call_url(call));
	int status = print_signer(request->service, config);
	if (status != 0 || !body)
		return status;
	puts("Content-Type: application/json\n");
	fflush(stdout);
	output_open(&output, NULL);
	status = output_json(&output, body);
	output_close(&output);
	return status;
}

static int perform(
	const struct request *request, const struct session *session, const tc_call *call)
{
	tc_error err = TC_ERROR_INIT;
	tc_response *response = NULL;
	struct output output;

	signals_watch();
	int status = output_open(&output, request->output);
	if (status == 0 && tc_call_perform(call, &response, &err) != TC_OK)
		/* a person who interrupts knows it */
		status = signals_caught() ? STATUS_FAILED
					  : report(&err, request->operation, &session->config);
	if (status == 0)
		status = output_response(&output, response, request->operation->blob_output);
	if (status == 0)
		status = output_commit(&output);
	output_close(&output);
	tc_release(response);
	tc_error_clear(&err);
	return status;
}

/* The body; for a URL nobody needs one, and `{}` stands for it. */
static int read_body(const struct request *request, const tc_json **body)
{
	*body = NULL;
	if (!request->operation->has_input)
		return 0;
	if (request->verb == URL || request->verb == SIGNED_URL)
		return tc_json_parse("{}", 2, body, NULL) == TC_OK ? 0 : failure("memory ended");
	return input_read_json(request->body, request->operation, body);
}

static int call(const struct request *request, struct session *session, const tc_json *body)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;
	tc_call *call = tc_call_by_name(
		session->client, request->operation, request->pairs, request->count, body, &err);

	if (!call)
		status = report(&err, request->operation, &session->config);
	else if (request->verb == URL)
		puts(tc_call_url(call));
	else if (request->verb == SIGNED_URL)
		status = print_signed_url(request, session, call);
	else if (request->verb == DRY_RUN)
		status = print_request(request, &session->config, call, body);
	else
		status = perform(request, session, call);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}

static int run_request(const struct request *request, struct arguments *arguments)
{
	struct session session = SESSION_INIT;
	const tc_json *body = NULL;
	int status = check(request);

	if (status != 0)
		return status;
	status = session_open(&session, arguments, request->service, request->base_url);
	if (status == 0)
		status = read_body(request, &body);
	if (status == 0)
		status = call(request, &session, body);
	tc_release(body);
	session_close(&session);
	return status;
}

static int run_parsed(const struct request *request, struct arguments *arguments)
{
	if (request->operation)
		return request->help ? api_explain(request->operation)
				     : run_request(request, arguments);
	if (request->service)
		return api_list_operations(request->service);
	return request->help ? command_help(&api_command) : api_list_services();
}

static int run(struct arguments *arguments)
{
	struct request request = { 0 };
	size_t words = 0;

	while (arguments->words[words])
		words++;
	request.pairs = calloc(words + 1, sizeof *request.pairs);
	if (!request.pairs)
		return failure("memory ended");
	int status = parse(&request, arguments);
	if (status == 0)
		status = run_parsed(&request, arguments);
	free(request.pairs);
	return status;
}

const struct command api_command = {
	.name = "api",
	.synopsis = "[<service> [<function> [arguments…] [--<query> VALUE …]]]",
	.summary = "call any function of any service, or list them",
	.details =
		"Alone it lists the services; with a service, that service's functions; --help "
		"behind a function explains it. The body, if the function has one, is read from "
		"standard input. The reply goes to standard output: JSON indented on a terminal "
		"and "
		"in one line elsewhere, anything else byte by byte, a bare redirect as the URL it "
		"leads to.\n\n"
		"The exit status is 0; 1 when the server refuses or cannot be reached; 2 when the "
		"command line, the configuration or the body is wrong.",
	.options = options,
	.run = run,
};
