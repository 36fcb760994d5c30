/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/api/scope_text.h"
#include "tools/taskcluster/shared/rules.h"
#include "tools/taskcluster/text/paragraph.h"
#include "tools/taskcluster/text/text.h"

#include <string.h>

#define LABEL_COLUMN 11

static void print_synopsis(const struct request *request)
{
	const struct tc_operation *operation = request->operation;
	struct paragraph line;

	fputs("taskcluster", stdout);
	paragraph_begin(&line);
	fprintf(line.out, "%s %s ", request->command, operation->service->name);
	api_print_signature(line.out, operation);
	if (operation->query_count || rules_query_at(operation, 0))
		fputs(" [--<query> VALUE …]", line.out);
	if (operation->has_input)
		fputs(" < body.json", line.out);
	paragraph_end(&line, (int)strlen("taskcluster"), 4);
}

static void print_prose(const char *text)
{
	if (text)
		text_wrap(stdout, 0, text, strlen(text));
}

/* ---- a line each ---- */

static void begin_line(struct paragraph *line, const char *label)
{
	printf("%-*s", LABEL_COLUMN - 1, label);
	paragraph_begin(line);
}

static void end_line(struct paragraph *line)
{
	paragraph_end(line, LABEL_COLUMN - 1, LABEL_COLUMN);
}

static void print_line(const char *label, const char *text)
{
	printf("%-*s", LABEL_COLUMN - 1, label);
	text_hang(stdout, LABEL_COLUMN - 1, LABEL_COLUMN, text);
}

static void print_request(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;
	struct paragraph line;

	begin_line(&line, "Request");
	fprintf(line.out, "%s %s", operation->method, operation->route);
	if (rules && rules->rpc)
		fprintf(line.out, ", a remote procedure call of \"%s\"", rules->rpc->method);
	end_line(&line);
}

/* Which of its arguments may be empty. */
static void print_empty(const struct tc_operation *operation)
{
	for (size_t i = 0; i < operation->argument_count; i++) {
		struct paragraph line;
		if (!rules_empty(operation, i))
			continue;
		begin_line(&line, "Argument");
		fprintf(line.out, "<%s> may be empty, \"\": %s", operation->arguments[i].name,
			rules_empty(operation, i));
		end_line(&line);
	}
}

static const char *body_of(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	if (!operation->has_input)
		return "none";
	return rules && rules->rpc ? "its parameters as JSON, from standard input or --body FILE"
				   : "JSON, from standard input or --body FILE";
}

static const char *reply_of(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	if (rules_events(operation))
		return "a stream of events, each a line of JSON, that does not end by itself";
	if (operation->blob_output)
		return "bytes";
	if (rules && rules->rpc)
		return operation->has_output ? "the result as JSON"
					     : "the result, without a schema";
	return operation->has_output ? "JSON" : "without a schema";
}

/* What its body must have. */
static void print_needs(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;
	struct paragraph line;

	if (!rules || !rules->input_one_of)
		return;
	begin_line(&line, "Needed");
	api_print_alternatives(line.out, "", rules->input_one_of);
	fputs(" in its body", line.out);
	end_line(&line);
}

static void print_pages(const struct tc_operation *operation)
{
	const struct tc_paging *paging = rules_paging(operation);
	struct paragraph line;

	if (!paging)
		return;
	begin_line(&line, "Pages");
	fprintf(line.out, "by --%s", paging->query);
	if (paging->limit)
		fprintf(line.out, " and --%s", paging->limit);
	if (paging->maximum)
		fprintf(line.out, ", at most %lld items each", (long long)paging->maximum);
	fprintf(line.out, "; --all gives every item of all of them");
	if (paging->single_query)
		fprintf(line.out, ", with --%s of the one page of at most %lld that there is",
			paging->single_query, (long long)paging->single_max);
	end_line(&line);
}

static void print_caller(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = operation->conventions;

	if (rules && rules->authentication == TC_AUTHENTICATION_REQUIRED)
		print_line("Caller", "credentials are required");
	if (rules && rules->authentication == TC_AUTHENTICATION_NEVER)
		print_line("Caller", "anybody; credentials are never sent");
}

static void print_stability(const struct tc_operation *operation)
{
	static const char *const names[] = { "stable", "experimental", "deprecated" };
	const struct tc_operation_conventions *rules = operation->conventions;
	struct paragraph line;

	begin_line(&line, "Stability");
	fputs(names[operation->stability], line.out);
	if (rules && rules->since)
		fprintf(line.out, ", there since %s", rules->since);
	if (rules && rules->removed_in)
		fprintf(line.out, ", removed in %s", rules->removed_in);
	end_line(&line);
}

/* ---- options ---- */

/* Whether its URL can be signed, so that anybody can get it. */
static bool signs_urls(const struct tc_operation *operation)
{
	const struct tc_conventions *system = operation->service->conventions;

	if (strcmp(operation->method, "GET") != 0)
		return false;
	return !system || (system->hawk && !system->hawk->no_signed_urls);
}

static bool is_for(const struct option *option, const struct tc_operation *operation)
{
	switch (option->id) {
	case API_BODY:
		return operation->has_input;
	case OPTION_SELECT:
		return !operation->blob_output;
	case API_ALL:
		return operation->pages;
	case API_DISTINCT:
		return operation->pages && rules_paging(operation)->unique;
	case API_MAX_ITEMS:
		return operation->pages || rules_events(operation);
	case API_ONCE:
		return rules_events(operation);
	case API_SIGNED_URL:
	case API_EXPIRES:
		return signs_urls(operation);
	case API_BASE_URL:
		return operation->service->base_url;
	case API_LIVE:
	case API_REFRESH:
		return !operation->service->base_url && !rules_is_elsewhere(operation->service);
	case API_SERVER_URL:
		return rules_is_elsewhere(operation->service);
	default:
		return true;
	}
}

static void print_options_for(const struct tc_operation *operation, const struct option *options)
{
	puts("\nOptions");
	for (const struct option *option = options; option->name; option++)
		if (is_for(option, operation))
			print_option(option);
	print_options(common_options);
}

int api_explain(const struct request *request, const struct option *options)
{
	const struct tc_operation *operation = request->operation;

	print_synopsis(request);
	putchar('\n');
	print_prose(operation->title);
	if (operation->description)
		putchar('\n');
	print_prose(operation->description);
	putchar('\n');
	print_request(operation);
	print_empty(operation);
	print_line("Body", body_of(operation));
	print_needs(operation);
	print_line("Reply", reply_of(operation));
	print_pages(operation);
	print_caller(operation);
	print_stability(operation);
	api_explain_query(operation);
	if (operation->scopes || !rules_is_elsewhere(operation->service)) {
		puts("\nScopes");
		scope_text(stdout, 2, operation->scopes);
	}
	print_options_for(operation, options);
	return 0;
}
