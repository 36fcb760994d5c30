/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/api.h"
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/shared/input.h"
#include "tools/taskcluster/shared/names.h"
#include "tools/taskcluster/shared/rules.h"
#include "tools/taskcluster/shared/select.h"

#include <taskcluster/registry.h>

#include <stdlib.h>
#include <string.h>

static int too_many(const struct request *request, const char *word)
{
	const struct tc_operation *operation = request->operation;

	return usage_error("%s %s takes %u argument%s; \"%s\" is one too many",
		request->service->name, operation->name, operation->argument_count,
		operation->argument_count == 1 ? "" : "s", word);
}

/* What is newer than this program may be there all the same. */
static void offer_live(const char *service, const char *operation)
{
	hint("It may be newer than this client: `taskcluster api --live %s%s%s` asks the "
	     "deployment.",
		service, *operation ? " " : "", operation);
}

static int take_service(struct request *request, const char *word)
{
	request->service = find_service(word);
	if (request->service)
		return 0;
	int status = unknown_service(word);
	if (!find_service_with(word))
		offer_live(word, "");
	return status;
}

static int open_live(
	struct request *request, const struct arguments *arguments, const char *service)
{
	const struct live_wish wish = { .service = service, .refresh = request->refresh };

	return live_open(&request->live, &wish, arguments);
}

/* The official client's name of a service that this program knows stands for the real one. */
static int take_live_service(struct request *request, const struct arguments *arguments)
{
	const struct tc_service *known = find_service(arguments->value);
	const char *name = known ? known->name : arguments->value;
	int status = open_live(request, arguments, name);

	if (status == 0)
		request->service = live_service(&request->live, name);
	return status;
}

static int no_operation(const struct request *request, const char *word)
{
	const struct tc_service *service = request->service;
	int status = unknown_operation(request->command, service, word);

	if (!request->is_live && !service->base_url && !rules_is_elsewhere(service))
		offer_live(service->name, word);
	return status;
}

static int take_word(struct request *request, struct arguments *arguments)
{
	const char *word = arguments->value;

	if (!request->service)
		return request->is_live ? take_live_service(request, arguments)
					: take_service(request, word);
	if (!request->operation) {
		request->operation = find_operation(request->service, word);
		arguments->operation = request->operation;
		return request->operation ? 0 : no_operation(request, word);
	}
	if (request->arguments == request->operation->argument_count)
		return too_many(request, word);
	request->pairs[request->count++] =
		(struct tc_pair){ request->operation->arguments[request->arguments++].name, word };
	return 0;
}

static bool is_argument(const struct request *request, const char *name)
{
	const struct tc_operation *operation = request->operation;

	for (size_t i = 0; i < operation->argument_count; i++)
		if (strcmp(operation->arguments[i].name, name) == 0)
			return true;
	return false;
}

/* Of several values the last counts, unless the server takes several. A reference may call a key
 * like an argument, which it must not replace. */
static int take_query(struct request *request, const char *name, const char *value)
{
	struct tc_pair *pair = &request->pairs[request->count];

	if (is_argument(request, name))
		return usage_error("--%s cannot be given: %s has an argument <%s>, and values go "
				   "by their names",
			name, request->operation->name, name);
	if (!rules_take_several(request->operation, name))
		for (size_t i = 0; i < request->count; i++)
			if (strcmp(request->pairs[i].name, name) == 0)
				pair = &request->pairs[i];
	request->count += pair == &request->pairs[request->count];
	*pair = (struct tc_pair){ name, value };
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
		return take_query(request, arguments->name, arguments->value);
	case API_BODY:
		request->body = arguments->value;
		return 0;
	case 'o':
		request->output = arguments->value;
		return 0;
	case API_EXPIRES:
		request->expires = arguments->value;
		return 0;
	case API_BASE_URL:
	case API_SERVER_URL:
		request->base_url = arguments->value;
		request->base_url_option = id == API_BASE_URL ? "--base-url" : "--server-url";
		return 0;
	case API_ALL:
		request->all = true;
		return 0;
	case API_DISTINCT:
		request->distinct = true;
		return 0;
	case API_ONCE:
		request->once = true;
		return 0;
	case API_MAX_ITEMS:
		return arguments_number(
			"--max-items", arguments->value, 1, INT64_MAX, &request->max_items);
	case 'h':
		request->help = true;
		return 0;
	case API_LIVE: /* both were looked for before any word was read */
	case API_REFRESH:
		return 0;
	case OPTION_BAD:
		return STATUS_USAGE;
	default:
		return take_verb(request, id);
	}
}

/* --continuationToken "$token" of the first page. Other systems have queries in which a text may be
 * empty. */
static void drop_empty(struct request *request)
{
	size_t kept = 0;

	if (!request->operation || rules_is_elsewhere(request->service))
		return;
	for (size_t i = 0; i < request->count; i++)
		if (*request->pairs[i].value || is_argument(request, request->pairs[i].name))
			request->pairs[kept++] = request->pairs[i];
	request->count = kept;
}

static int parse(struct request *request, struct arguments *arguments)
{
	int id, status = 0;

	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END)
		status = take(request, arguments, id);
	drop_empty(request);
	return status;
}

static int check_body(const struct request *request)
{
	if (!request->body || request->operation->has_input)
		return 0;
	return usage_error("%s %s takes no body", request->service->name, request->operation->name);
}

/* Lists and streams. */
static int check_many(const struct request *request)
{
	const struct tc_operation *operation = request->operation;
	bool streams = rules_events(operation) != NULL;

	if (request->all && !operation->pages)
		return usage_error("%s %s does not page: leave --all out", request->service->name,
			operation->name);
	if (request->all && request->verb)
		return usage_error("--all sends calls; --dry-run, --url and --signed-url do not");
	if (request->distinct && (!request->all || !rules_paging(operation)->unique))
		return usage_error(request->all
				? "--distinct: items of %s %s have nothing to be told apart by"
				: "--distinct goes with --all",
			request->service->name, operation->name);
	if (request->once && !streams)
		return usage_error("--once goes with streams of events");
	if (request->max_items && !request->all && !streams)
		return usage_error("--max-items goes with --all, and with streams of events");
	return 0;
}

/* --select is for JSON that comes. */
static int check_select(const struct request *request)
{
	if (!select_is_set())
		return 0;
	if (request->verb)
		return usage_error("--select is for replies, and --dry-run, --url and --signed-url "
				   "bring none");
	if (request->operation->blob_output)
		return usage_error("--select is for JSON, and %s %s answers bytes",
			request->service->name, request->operation->name);
	return 0;
}

static bool wants_url(const struct request *request)
{
	return request->verb == API_URL || request->verb == API_SIGNED_URL;
}

static int check_urls(const struct request *request)
{
	if (request->expires && request->verb != API_SIGNED_URL)
		return usage_error("--expires goes with --signed-url");
	if (request->verb && request->output)
		return usage_error(
			"-o is for replies, and --dry-run, --url and --signed-url bring none");
	if (wants_url(request) && request->body)
		return usage_error("--url and --signed-url need no body: leave --body out");
	if (request->base_url && !request->service->base_url &&
		!rules_is_elsewhere(request->service))
		return usage_error(
			"%s is for services that are elsewhere than Taskcluster's root URL, "
			"and %s is not: set TASKCLUSTER_ROOT_URL",
			request->base_url_option, request->service->name);
	return 0;
}

static int check_arguments(const struct request *request)
{
	const struct tc_operation *operation = request->operation;

	if (request->arguments == operation->argument_count)
		return 0;
	const char *empty = rules_empty(operation, request->arguments);
	return usage_error("%s %s needs <%s>%s%s: see `taskcluster %s %s %s --help`",
		request->service->name, operation->name,
		operation->arguments[request->arguments].name, empty ? ", or \"\" for " : "",
		empty ? empty : "", request->command, request->service->name, operation->name);
}

/* What only a whole command line shows. */
static int check(const struct request *request)
{
	int status = check_arguments(request);

	if (status == 0)
		status = check_body(request);
	if (status == 0)
		status = check_select(request);
	if (status == 0)
		status = check_many(request);
	return status == 0 ? check_urls(request) : status;
}

/* The body; for a URL nobody needs one, and `{}` stands for it. */
static int read_body(const struct request *request, const tc_json **body)
{
	*body = NULL;
	if (!request->operation->has_input)
		return 0;
	if (wants_url(request))
		return tc_json_parse("{}", 2, body, NULL) == TC_OK ? 0 : failure("memory ended");
	int status = input_read_json(request->body, request->operation, body);
	if (status == 0 && request->is_live)
		status = live_check_body(request->operation, *body);
	if (status == 0)
		api_warn_of_schedule(request, *body);
	return status;
}

static int perform(
	const struct request *request, const struct session *session, const tc_call *call)
{
	if (request->all)
		return api_all(request, session, call);
	if (rules_events(request->operation))
		return api_listen(request, session, call);
	if (request->operation->blob_output)
		return api_download(request, session, call);
	return api_send(request, session, call);
}

static int call(const struct request *request, struct session *session, const tc_json *body)
{
	tc_error err = TC_ERROR_INIT;
	int status = 0;
	tc_call *call = tc_call_by_name(
		session->client, request->operation, request->pairs, request->count, body, &err);

	if (!call)
		status = report(&err, request->operation, &session->config.origin);
	else if (request->verb == API_DRY_RUN)
		status = api_print_request(request, session, call, body);
	else if (request->verb)
		status = api_print_url(request, session, call);
	else
		status = perform(request, session, call);
	tc_call_free(call);
	tc_error_clear(&err);
	return status;
}

static enum session_use use_of(const struct request *request)
{
	if (request->verb == API_SIGNED_URL)
		return SESSION_SIGNED_URL;
	return request->verb == API_URL ? SESSION_URL : SESSION_CALL;
}

static int run_request(const struct request *request, struct arguments *arguments)
{
	struct session session = SESSION_INIT;
	const tc_json *body = NULL;
	int status = check(request);

	if (status != 0)
		return status;
	session.use = use_of(request);
	session.base_url = request->base_url;
	session.base_url_option = request->base_url_option;
	status = session_open(&session, arguments, request->operation);
	if (status == 0)
		status = read_body(request, &body);
	advice_about(body);
	if (status == 0)
		status = call(request, &session, body);
	advice_about(NULL);
	tc_release(body);
	session_close(&session);
	return status;
}

static int list_services(struct request *request, const struct arguments *arguments)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	if (!request->is_live)
		return api_list_services(services, count);
	int status = open_live(request, arguments, NULL);
	return status == 0 ? api_list_services(request->live.services, request->live.count)
			   : status;
}

static int run_parsed(struct request *request, struct arguments *arguments)
{
	if (request->operation)
		return request->help ? api_explain(request, api_command.options)
				     : run_request(request, arguments);
	if (request->service)
		return api_list_operations(request->service);
	return request->help ? command_help(&api_command) : list_services(request, arguments);
}

/* Which rows the words are about. */
static int choose_rows(struct request *request, struct arguments *arguments)
{
	request->is_live = arguments_hold(arguments, "live");
	request->refresh = arguments_hold(arguments, "refresh");
	request->command = request->is_live ? "api --live" : "api";
	arguments->command = request->command;
	if (request->refresh && !request->is_live)
		return usage_error("--refresh goes with --live");
	return 0;
}

static int run(struct arguments *arguments)
{
	struct request request = { 0 };

	request.pairs = arguments_pairs(arguments);
	if (!request.pairs)
		return failure("memory ended");
	int status = choose_rows(&request, arguments);
	if (status == 0)
		status = parse(&request, arguments);
	if (status == 0)
		status = run_parsed(&request, arguments);
	live_close(&request.live);
	free(request.pairs);
	return status;
}

const struct action api_actions[] = {
	{ &api_command, run },
	{ NULL, NULL },
};
