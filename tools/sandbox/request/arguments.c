/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/arguments.h"

#include "tools/sandbox/request/error.h"

#include <string.h>
#include <taskcluster/date.h>

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define WORD LETTERS DIGITS "-_"

static bool only(const char *text, const char *allowed, size_t max)
{
	size_t length = strlen(text);

	return length > 0 && length <= max && strspn(text, allowed) == length;
}

bool arguments_is_slugid(const char *text)
{
	return strlen(text) == 22 && strspn(text, WORD) == 22 && strchr("QRST", text[8]) &&
		strchr("CGKOSWaeimquy26-", text[10]) && strchr("AQgw", text[21]);
}

static bool is_run_id(const char *text)
{
	return only(text, DIGITS, 4);
}

static bool is_identifier(const char *text)
{
	return only(text, WORD, 38);
}

bool arguments_is_task_queue_id(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash && slash != text && slash - text <= 38 &&
		strspn(text, WORD) == (size_t)(slash - text) && is_identifier(slash + 1);
}

/* A worker type that a manager names machines by: lower case, beginning with a letter. */
static bool is_managed_pool_id(const char *text)
{
	const char *type = arguments_is_task_queue_id(text) ? strchr(text, '/') + 1 : "-";
	size_t length = strlen(type);

	return *type >= 'a' && *type <= 'z' &&
		strspn(type, "abcdefghijklmnopqrstuvwxyz-" DIGITS) == length &&
		type[length - 1] != '-';
}

static bool is_hook_group_id(const char *text)
{
	return only(text, WORD, 1000);
}

static bool is_hook_id(const char *text)
{
	return only(text, WORD "/", 1000);
}

static bool is_printable(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

static bool is_client_id(const char *text)
{
	return only(text, WORD "!@/:.+|", 4096);
}

/* Parts joined by dots, none of them empty. How long it may be, only the database says. */
bool arguments_is_index_path(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && strspn(text, LETTERS DIGITS "_!~*'()%-.") == length &&
		text[0] != '.' && text[length - 1] != '.' && !strstr(text, "..");
}

/* The empty one is the top. */
static bool is_namespace(const char *text)
{
	return !*text || arguments_is_index_path(text);
}

static bool is_anything(const char *text)
{
	(void)text;
	return true;
}

/* The first that fits counts; a service has its own before those of all. */
static const struct rule {
	const char *service; /* NULL: any */
	const char *name;
	bool (*good)(const char *text);
	const char *expected;
} rules[] = {
	{ NULL, "taskId", arguments_is_slugid, "a slugid" },
	{ NULL, "taskGroupId", arguments_is_slugid, "a slugid" },
	{ NULL, "runId", is_run_id, "a number" },
	{ NULL, "provisionerId", is_identifier, "at most 38 of A-Z a-z 0-9 - _" },
	{ NULL, "workerType", is_identifier, "at most 38 of A-Z a-z 0-9 - _" },
	{ NULL, "workerGroup", is_identifier, "at most 38 of A-Z a-z 0-9 - _" },
	{ NULL, "workerId", is_identifier, "at most 38 of A-Z a-z 0-9 - _" },
	{ NULL, "taskQueueId", arguments_is_task_queue_id, "<provisionerId>/<workerType>" },
	{ "worker-manager", "workerPoolId", is_managed_pool_id,
		"<provisionerId>/<workerType>, the type in lower case and beginning with a "
		"letter" },
	{ NULL, "workerPoolId", arguments_is_task_queue_id, "<provisionerId>/<workerType>" },
	{ NULL, "hookGroupId", is_hook_group_id, "at most 1000 of A-Z a-z 0-9 - _" },
	{ NULL, "hookId", is_hook_id, "at most 1000 of A-Z a-z 0-9 - _ /" },
	{ NULL, "clientId", is_client_id, "A-Z a-z 0-9 and -_!@/:.+|" },
	{ NULL, "roleId", is_printable, "printable ASCII" },
	{ "secrets", "name", is_anything, "any text" },
	{ NULL, "name", is_printable, "printable ASCII" },
	{ NULL, "indexPath", arguments_is_index_path,
		"parts of A-Z a-z 0-9 _!~*'()%- with dots between" },
	{ NULL, "namespace", is_namespace, "parts of A-Z a-z 0-9 _!~*'()%- with dots between" },
};

static const struct rule *find_rule(const char *service, const char *name)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (strcmp(rules[i].name, name) == 0 &&
			(!rules[i].service || strcmp(rules[i].service, service) == 0))
			return &rules[i];
	}
	return NULL;
}

static int check_argument(struct request *request, const char *name, const char *value)
{
	const struct rule *rule = find_rule(request->route->operation->service->name, name);

	if (!rule || rule->good(value))
		return 0;
	return refuse(request, INVALID_REQUEST_ARGUMENTS,
		"URL parameter '%s' given as '%s' is not valid: expected %s", name, value,
		rule->expected);
}

static const char *query_problem(const char *name, const char *value)
{
	struct timespec when;

	if (strcmp(name, "limit") == 0 && !only(value, DIGITS, 9))
		return "must be a number";
	if (strcmp(name, "continuationToken") == 0 && !only(value, WORD "=.", 4096))
		return "is no token of an earlier reply";
	if (strcmp(name, "since") == 0 && tc_date_parse(value, &when, NULL) != TC_OK)
		return "must be a date";
	if (strcmp(name, "prefix") == 0 && !*value)
		return "must not be empty";
	if (strcmp(name, "quarantined") == 0 && strcmp(value, "true") != 0 &&
		strcmp(value, "false") != 0)
		return "must be true or false";
	return NULL;
}

static int take_query(struct request *request, const char *name, const char *value)
{
	const struct tc_operation *operation = request->route->operation;
	size_t at = 0;

	if (strcmp(name, "bewit") == 0)
		return 0;
	while (at < operation->query_count && strcmp(operation->query[at].name, name) != 0)
		at++;
	if (at == operation->query_count || at == ARGUMENTS_MAX)
		return refuse(request, INVALID_REQUEST_ARGUMENTS,
			"Query-string parameter '%s' is not known to this function", name);
	if (request->query[at])
		return refuse(request, INVALID_REQUEST_ARGUMENTS,
			"Query-string parameter '%s' is given more than once", name);
	const char *problem = query_problem(name, value);
	if (problem)
		return refuse(request, INVALID_REQUEST_ARGUMENTS,
			"Query-string parameter '%s' %s: '%s'", name, problem, value);
	request->query[at] = value;
	return 0;
}

static int read_query(struct request *request, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "&");
		size_t name_length = strcspn(text, "=&");
		size_t skip = name_length < length ? name_length + 1 : length;
		char *name = route_decode(request, text, name_length, true);
		char *value = route_decode(request, text + skip, length - skip, true);
		if (!name || !value)
			return refuse(request, INVALID_REQUEST_ARGUMENTS,
				"The query string holds an escape that is none");
		int status = length ? take_query(request, name, value) : 0;
		if (status)
			return status;
		text += length + (text[length] == '&');
	}
	return 0;
}

int arguments_check(struct request *request)
{
	const struct tc_operation *operation = request->route->operation;
	const char *query = strchr(request->target, '?');
	int status = 0;

	for (size_t i = 0; i < operation->argument_count && !status; i++)
		status = check_argument(
			request, operation->arguments[i].name, request->arguments[i]);
	return status || !query ? status : read_query(request, query + 1);
}
