/* SPDX-License-Identifier: MPL-2.0 */

/* Hooks: patterns of time, templates, and what fires. */

#include "tests/harness/test.h"

#include "fixture.h"
#include "rows.h"
#include "tools/sandbox/services/hooks/cron.h"
#include "tools/sandbox/services/hooks/jsone.h"
#include "typed.h"

#include <stdio.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/hooks.h>
#include <taskcluster/queue.h>
#include <time.h>

#define HOOKS "/api/hooks/v1/hooks"
#define HOOK HOOKS "/g/h"
#define METADATA "\"metadata\":{\"name\":\"n\",\"description\":\"d\",\"owner\":\"o@example.com\"}"
#define TASK \
	"\"provisionerId\":\"prov\",\"workerType\":\"type\",\"metadata\":{\"name\":\"n\"," \
	"\"description\":\"d\",\"owner\":\"o@example.com\",\"source\":\"http://x/\"}"
#define PLAIN "{" METADATA ",\"task\":{" TASK ",\"payload\":{}}}"
#define OTHER "{" METADATA ",\"task\":{" TASK ",\"payload\":{\"a\":1}}}"
#define PATTERN(text) \
	"{" METADATA ",\"task\":{" TASK ",\"payload\":{}},\"schedule\":[\"" text "\"]}"
#define TEMPLATE(payload) \
	"{" METADATA ",\"task\":{" TASK ",\"payload\":" payload "},\"triggerSchema\":{\"type\":" \
	"\"object\",\"properties\":{\"x\":{\"type\":\"string\",\"pattern\":\"^a\"}}}}"
#define ROLE "/api/auth/v1/roles/hook-id:g%2F*"
#define ROLE_BODY \
	"{\"description\":\"d\",\"scopes\":[\"queue:create-task:lowest:prov/type\"," \
	"\"queue:create-task:project:none\",\"queue:scheduler-id:-\"]}"

static int set_up(void **state)
{
	(void)state;
	server = tc_test_server_start("--check-replies", NULL);
	/* for the hooks of the typed calls */
	assert_int_equal(
		ask(server, "PUT", "/api/auth/v1/roles/hook-id:t%2F*", ROLE_BODY, NULL)->status,
		200);
	return 0;
}

/* From the right; a sixth field on the left is seconds. */
static void the_next_moment_of_a_pattern(void **state)
{
	static const struct {
		const char *pattern, *after, *next; /* NULL: refused */
	} rows[] = {
		{ "", "2026-01-31T23:59:30Z", "2026-02-01T00:00:00.000Z" },
		{ "   ", "2026-01-31T23:58:59Z", "2026-01-31T23:59:00.000Z" },
		{ "* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00.000Z" },
		{ "30 2 * * *", "2026-01-01T02:30:00Z", "2026-01-02T02:30:00.000Z" },
		{ "*/20 * * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:00:20.000Z" },
		{ "0 30 4 1 1 *", "2026-01-02T00:00:00Z", "2027-01-01T04:30:00.000Z" },
		{ "fri", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00.000Z" },
		{ "2 *", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00.000Z" },
		{ "5 * * *", "2026-01-01T00:00:00Z", "2026-01-01T05:00:00.000Z" },
		{ "0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z" },
		{ "0 12 13 * fri", "2026-01-01T00:00:00Z", "2026-01-02T12:00:00.000Z" },
		{ "0 12 13 * 7", "2026-01-10T00:00:00Z", "2026-01-11T12:00:00.000Z" },
		{ "0 0 * * 1-5", "2026-01-03T00:00:00Z", "2026-01-05T00:00:00.000Z" },
		{ "5-20/5,50 * * * *", "2026-01-01T00:10:00Z", "2026-01-01T00:15:00.000Z" },
		{ "5-20/5,50 * * * *", "2026-01-01T00:20:00Z", "2026-01-01T00:50:00.000Z" },
		{ "50/3 * * * *", "2026-01-01T00:54:00Z", "2026-01-01T00:56:00.000Z" },
		{ "0 0 ? JAN-mar ?", "2026-04-01T00:00:00Z", "2027-01-01T00:00:00.000Z" },
		{ "@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00.000Z" },
		{ "@yearly", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00.000Z" },
		{ "60 * * * *", "", NULL },
		{ "* 24 * * *", "", NULL },
		{ "* * 0 * *", "", NULL },
		{ "* * * 13 *", "", NULL },
		{ "* * * * 8", "", NULL },
		{ "* * * * * * *", "", NULL },
		{ "*/0 * * * *", "", NULL },
		{ "1, * * * *", "", NULL },
		{ ",1 * * * *", "", "" },
		{ "5-1 * * * *", "", NULL },
		{ "x * * * *", "", NULL },
		{ "1-x * * * *", "", NULL },
		{ "1x * * * *", "", NULL },
		{ "0 0 31 2 *", "", NULL },
		{ "@never", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct timespec after = { 0 };
		struct cron cron;
		char why[200];
		char date[TC_DATE_SIZE];
		bool good = cron_parse(rows[i].pattern, &cron, why, sizeof why);
		if (good != (rows[i].next != NULL))
			fail_msg("%s: %s", rows[i].pattern, good ? "was taken" : why);
		if (!good || !*rows[i].next)
			continue;
		assert_int_equal(tc_date_parse(rows[i].after, &after, NULL), TC_OK);
		int64_t next = cron_next(&cron, (int64_t)after.tv_sec * 1000);
		tc_date_format((struct timespec){ .tv_sec = next / 1000 }, date, NULL);
		if (strcmp(date, rows[i].next) != 0)
			fail_msg("%s after %s: %s", rows[i].pattern, rows[i].after, date);
	}
}

static const char context_text[] =
	"{\"now\":\"2026-01-01T00:00:00Z\",\"t\":true,\"n\":3,\"s\":\"text\",\"o\":{\"a\":{\"b\":"
	"[1,\"two\"]},\"empty\":\"\"},\"list\":[\"x\",\"y\"],\"none\":null}";

/* A template and what comes of it; NULL when nothing is left, or a part of the problem. */
static const struct {
	const char *template, *made, *problem;
} template_rows[] = {
	{ "{\"a\":[1,null,\"x\"]}", "{\"a\":[1,null,\"x\"]}", NULL },
	{ "\"a ${s}, ${n} ${t}${none}.\"", "\"a text, 3 true.\"", NULL },
	{ "\"$${s} $x ${ s }\"", "\"${s} $x text\"", NULL },
	{ "\"${o.a.b[1]}${o['a'].b[-2]}\"", "\"two1\"", NULL },
	{ "{\"k-${s}\":1}", "{\"k-text\":1}", NULL },
	{ "\"${o}\"", NULL, "must be a text" },
	{ "\"${missing}\"", NULL, "unknown context value missing" },
	{ "\"${s\"", NULL, "expected `}`" },
	{ "\"${}\"", NULL, "expected a value" },
	{ "\"${o.x}\"", NULL, "no property \"x\"" },
	{ "{\"$eval\":\"o.a\"}", "{\"b\":[1,\"two\"]}", NULL },
	{ "{\"$eval\":\"n + 1\"}", "4", NULL },
	{ "{\"$eval\":\"(n + 1) * 2 - 9 / 2\"}", "3.5", NULL },
	{ "{\"$eval\":\"s + '!'\"}", "\"text!\"", NULL },
	{ "{\"$eval\":\"-n\"}", "-3", NULL },
	{ "{\"$eval\":\"s n\"}", NULL, "expected the end" },
	{ "{\"$eval\":1}", NULL, "must be a text" },
	{ "{\"$eval\":\"list[0:1]\"}", NULL, "slices" },
	{ "{\"$eval\":\"strip(s)\"}", NULL, "function strip()" },
	{ "{\"$eval\":\"len(list)\"}", "2", NULL },
	{ "{\"$eval\":\"defined('s') && !defined('z')\"}", "true", NULL },
	{ "{\"$eval\":\"n / 0\"}", NULL, "division by zero" },
	{ "{\"$fromNow\":\"1 day\"}", "\"2026-01-02T00:00:00.000Z\"", NULL },
	{ "{\"$fromNow\":\"${n} hours\"}", "\"2026-01-01T03:00:00.000Z\"", NULL },
	{ "{\"$fromNow\":\"1 day\",\"from\":\"2020-01-01T00:00:00Z\"}",
		"\"2020-01-02T00:00:00.000Z\"", NULL },
	{ "{\"$eval\":\"fromNow('1 hour')\"}", "\"2026-01-01T01:00:00.000Z\"", NULL },
	{ "{\"$fromNow\":\"soon\"}", NULL, "a span such as" },
	{ "{\"$if\":\"t\",\"then\":1,\"else\":2}", "1", NULL },
	{ "{\"$if\":\"!t\",\"then\":1,\"else\":2}", "2", NULL },
	{ "{\"$if\":\"n > 2 && s == 'text'\",\"then\":\"${s}\"}", "\"text\"", NULL },
	{ "{\"$if\":\"n >= 4 || s != 'text'\",\"then\":1}", NULL, NULL },
	{ "{\"$if\":\"'x' in list && 'a' in o && 'ex' in s\",\"then\":1}", "1", NULL },
	{ "{\"$if\":\"!(t && false) && n < 4 && n <= 3\",\"then\":1}", "1", NULL },
	{ "{\"$if\":\"none || o.empty || 0\",\"then\":1,\"else\":2}", "2", NULL },
	{ "{\"$if\":\"defined('z') && z.a\",\"then\":1,\"else\":2}", "2", NULL },
	{ "{\"$if\":\"s < 1\",\"then\":1}", NULL, "two numbers or two texts" },
	{ "{\"a\":{\"$if\":\"false\",\"then\":1},\"b\":2}", "{\"b\":2}", NULL },
	{ "[{\"$if\":\"false\",\"then\":1},2]", "[2]", NULL },
	{ "{\"$merge\":[{\"a\":1,\"b\":1},{\"b\":2},{\"$eval\":\"o.a\"}]}",
		"{\"a\":1,\"b\":[1,\"two\"]}", NULL },
	{ "{\"$merge\":[1]}", NULL, "$merge expects objects" },
	{ "{\"$merge\":{}}", NULL, "$merge expects an array" },
	{ "{\"$flatten\":[[1],2,[[3]]]}", "[1,2,[3]]", NULL },
	{ "{\"$map\":{\"$eval\":\"list\"},\"each(v)\":\"-${v}\"}", "[\"-x\",\"-y\"]", NULL },
	{ "{\"$map\":[\"a\",\"b\"],\"each(v, i)\":\"${i}${v}\"}", "[\"0a\",\"1b\"]", NULL },
	{ "{\"$map\":{\"p\":1,\"q\":2},\"each(m)\":{\"${m.key}2\":{\"$eval\":\"m.val\"}}}",
		"{\"p2\":1,\"q2\":2}", NULL },
	{ "{\"$map\":[1]}", NULL, "expects each(name)" },
	{ "{\"$let\":{\"v\":{\"$eval\":\"n\"}},\"in\":{\"$eval\":\"v + n\"}}", "6", NULL },
	{ "{\"$json\":{\"a\":[\"${s}\"]}}", "\"{\\\"a\\\":[\\\"text\\\"]}\"", NULL },
	{ "{\"$sort\":[1]}", NULL, "does not render the JSON-e operator $sort" },
	{ "{\"a\":[{\"$switch\":{}}]}", NULL, "JSON-e operator $switch" },
	{ "{\"$nothing\":1}", NULL, "$nothing is no operator" },
	{ "{\"$$nothing\":1}", "{\"$nothing\":1}", NULL },
	{ "{\"$eval\":\"n\",\"other\":1}", NULL, "`other` must not stand beside $eval" },
};

static void templates(void **state)
{
	const tc_json *context = NULL;

	(void)state;
	assert_int_equal(tc_json_parse(context_text, strlen(context_text), &context, NULL), TC_OK);
	for (size_t i = 0; i < sizeof template_rows / sizeof *template_rows; i++) {
		struct jsone jsone = { 0 };
		const tc_json *template = NULL;
		char *text = NULL;
		assert_int_equal(tc_json_parse(template_rows[i].template,
					 strlen(template_rows[i].template), &template, NULL),
			TC_OK);
		const tc_json *made = jsone_render(&jsone, template, context);
		if (made)
			tc_json_write(made, TC_JSON_COMPACT, &text, NULL, NULL);
		bool good = template_rows[i].problem
			? !made && strstr(jsone.problem, template_rows[i].problem)
			: !*jsone.problem;
		if (!good || (text && !template_rows[i].made) || (!text && template_rows[i].made) ||
			(text && strcmp(text, template_rows[i].made) != 0))
			fail_msg("%s: %s%s", template_rows[i].template, text ? text : "",
				jsone.problem);
		tc_release(text);
		jsone_end(&jsone);
		tc_release(template);
	}
	tc_release(context);
}

/* A problem is told with its place. */
static void where_a_template_fails(void **state)
{
	static const char text[] = "{\"payload\":{\"command\":[\"a\",\"${x}\"]}}";
	struct jsone jsone = { 0 };
	const tc_json *template = NULL;

	(void)state;
	assert_int_equal(tc_json_parse(text, strlen(text), &template, NULL), TC_OK);
	assert_null(jsone_render(&jsone, template, NULL));
	assert_string_equal(jsone.where, ".payload.command[1]");
	jsone_end(&jsone);
	tc_release(template);
}

static void definitions(void **state)
{
	static const struct row rows[] = {
		{ "no groups", "GET", HOOKS, NULL, 200, "{\"groups\":[]}", { 0 } },
		{ "no such group", "GET", HOOKS "/g", NULL, 404, "ResourceNotFound", { 0 } },
		{ "no such hook", "GET", HOOK, NULL, 404, "ResourceNotFound", { 0 } },
		{ "updating none", "POST", HOOK, PLAIN, 404, "ResourceNotFound", { 0 } },
		{ "another id in the body", "PUT", HOOK,
			"{\"hookId\":\"x\"," METADATA ",\"task\":{}}", 400, "Hook Ids do not match",
			{ 0 } },
		{ "another group in the body", "PUT", HOOK,
			"{\"hookGroupId\":\"x\"," METADATA ",\"task\":{}}", 400,
			"Hook Group Ids do not match", { 0 } },
		{ "no time", "PUT", HOOK, PATTERN("99 * * * *"), 400,
			"the minute is not one of 0 to 59", { 0 } },
		{ "the hook's own role is needed", "PUT", HOOK, PLAIN, 403, "assume:hook-id:g/h",
			{ .unsigned_ = true } },
		{ "made", "PUT", HOOK, PLAIN, 200,
			"\"schedule\":[],\"bindings\":[],\"triggerSchema\":{", { 0 } },
		{ "the same again", "PUT", HOOK, PLAIN, 200, "\"emailOnError\":true", { 0 } },
		{ "another", "PUT", HOOK, OTHER, 409, "already exists", { 0 } },
		{ "its group", "GET", HOOKS, NULL, 200, "{\"groups\":[\"g\"]}", { 0 } },
		{ "in its group", "GET", HOOKS "/g", NULL, 200,
			"{\"hooks\":[{\"hookGroupId\":\"g\"", { 0 } },
		{ "read", "GET", HOOK, NULL, 200, "\"hookId\":\"h\"", { 0 } },
		{ "not fired", "GET", HOOK "/status", NULL, 200,
			"{\"lastFire\":{\"result\":\"no-fire\"}}", { 0 } },
		{ "so without fires", "GET", HOOK "/last-fires", NULL, 404, "never fired", { 0 } },
		{ "an empty text is every minute", "POST", HOOK, PATTERN(""), 200,
			"\"schedule\":[\"\"]", { 0 } },
		{ "with a next time", "GET", HOOK "/status", NULL, 200, "nextScheduledDate",
			{ 0 } },
		{ "a slash in the id", "PUT", HOOKS "/g/a%2Fb", PLAIN, 200, "\"hookId\":\"a/b\"",
			{ 0 } },
		{ "a bad id", "PUT", HOOKS "/g/a.b", PLAIN, 400, "InvalidRequestArguments", { 0 } },
		{ "a schema that leads elsewhere", "PUT", HOOKS "/g/r",
			"{" METADATA ",\"task\":{},\"triggerSchema\":{\"$$ref\":\"#\"}}", 400,
			"$$ref", { 0 } },
		{ "removed", "DELETE", HOOK, NULL, 200, "{}", { 0 } },
		{ "removed again", "DELETE", HOOK, NULL, 200, "{}", { 0 } },
		{ "gone", "GET", HOOK, NULL, 404, "ResourceNotFound", { 0 } },
		{ "no token", "GET", HOOK "/token", NULL, 404, "ResourceNotFound", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void fires(void **state)
{
	static const struct row rows[] = {
		{ "no such hook", "POST", HOOKS "/g/none/trigger", "{}", 404, "ResourceNotFound",
			{ 0 } },
		{ "a template", "PUT", HOOK, TEMPLATE("{\"y\":\"$${payload.x} by $${firedBy}\"}"),
			200, "hookId", { 0 } },
		{ "its role may create no task", "POST", HOOK "/trigger", "{\"x\":\"ab\"}", 403,
			"The role `hook-id:g/h` does not have sufficient scopes", { 0 } },
		{ "which is noted", "GET", HOOK "/last-fires", NULL, 200, "\"result\":\"error\"",
			{ 0 } },
		{ "in the old way too", "GET", HOOK "/status", NULL, 200,
			"\"lastFire\":{\"result\":\"error\",\"error\":{\"message\":\"The role",
			{ 0 } },
		{ "the role", "PUT", ROLE, ROLE_BODY, 200, "hook-id:g/*", { 0 } },
		{ "what the trigger's schema refuses", "POST", HOOK "/trigger", "{\"x\":\"b\"}",
			400, "InputError", { 0 } },
		{ "not for everybody", "POST", HOOK "/trigger", "{\"x\":\"ab\"}", 403,
			"hooks:trigger-hook:g/h", { .unsigned_ = true } },
		{ "fired", "POST", HOOK "/trigger", "{\"x\":\"ab\"}", 200, "{\"taskId\":", { 0 } },
		{ "with its task", "GET", HOOK "/last-fires?limit=1", NULL, 200,
			"\"result\":\"success\",\"error\":\"\",\"taskState\":\"pending\"", { 0 } },
		{ "what the template misses", "POST", HOOK "/trigger", "{}", 400,
			"no property \\\"x\\\" at template.payload.y", { 0 } },
		{ "a bad token", "POST", HOOK "/trigger/AAAAAAAAQAAAAAAAAAAAAA", "{\"x\":\"ab\"}",
			401, "AuthenticationFailed", { .unsigned_ = true } },
		{ "nothing is left of a template", "PUT", HOOKS "/g/nothing",
			"{" METADATA ",\"task\":{\"$$if\":\"false\",\"then\":{}}}", 200, "hookId",
			{ 0 } },
		{ "so there is no task", "POST", HOOKS "/g/nothing/trigger", "{}", 200, "{}",
			{ 0 } },
		{ "an operator that is not there", "PUT", HOOKS "/g/sort",
			TEMPLATE("{\"$$sort\":[]}"), 200, "hookId", { 0 } },
		{ "says so", "POST", HOOKS "/g/sort/trigger", "{}", 400,
			"does not render the JSON-e operator $$sort", { 0 } },
		{ "what createTask refuses", "PUT", HOOKS "/g/bad",
			"{" METADATA ",\"task\":{\"taskQueueId\":\"prov/type\",\"payload\":{}}}",
			200, "hookId", { 0 } },
		{ "is passed on", "POST", HOOKS "/g/bad/trigger", "{}", 400,
			"While calling createTask: InputValidationError", { 0 } },
	};

	(void)state;
	RUN_ROWS(rows);
}

static const tc_json *parse(const char *text)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	return json;
}

static void create_hook(tc_client *client, const char *id, const char *schedule)
{
	struct tc_hooks_create_hook_request body = {
		.metadata = { .name = "n", .description = "d", .owner = "o@example.com" },
		.task = parse("{" TASK ",\"payload\":{\"by\":\"${firedBy}\",\"at\":{\"$fromNow\":"
			      "\"1 hour\"}},\"tags\":{\"id\":\"${taskId}\"}}"),
		.trigger_schema = parse("{}"),
		.schedule = &schedule,
		.schedule_count = schedule != NULL
	};
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_hooks_create_hook(client, "t", id, &body, NULL, &err), &err);
	tc_release(body.task);
	tc_release(body.trigger_schema);
}

static void check_task(tc_client *client, const char *task_id, const char *fired_by)
{
	struct tc_queue_task_data *task = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_queue_task(client, task_id, &task, &err), &err);
	assert_string_equal(tc_json_text(tc_json_at(task->payload, "/by")), fired_by);
	assert_string_equal(task->task_group_id, task_id);
	/* an hour after the task was made, and a day of life */
	struct timespec created;
	struct timespec at;
	struct timespec deadline;
	tc_date_parse(task->created, &created, NULL);
	tc_date_parse(tc_json_text(tc_json_at(task->payload, "/at")), &at, NULL);
	tc_date_parse(task->deadline, &deadline, NULL);
	assert_int_equal(at.tv_sec - created.tv_sec, 3600);
	assert_int_equal(deadline.tv_sec - created.tv_sec, 86400);
	tc_release(task);
}

static void typed_calls(void **state)
{
	tc_client *client = typed_client(server, NULL, NULL, NULL);
	struct tc_hooks_trigger_token_response *token = NULL;
	struct tc_hooks_trigger_token_response *fresh = NULL;
	struct tc_hooks_trigger_hook_response *reply = NULL;
	const tc_json *body = parse("{}");
	tc_error err = TC_ERROR_INIT;

	(void)state;
	create_hook(client, "typed", NULL);
	assert_ok(tc_hooks_trigger_hook(client, "t", "typed", body, &reply, &err), &err);
	assert_int_equal(reply->tag, TC_HOOKS_TRIGGER_HOOK_RESPONSE_TASK_ID);
	check_task(client, reply->task_id.task_id, "triggerHook");
	tc_release(reply);
	assert_ok(tc_hooks_get_trigger_token(client, "t", "typed", &token, &err), &err);
	assert_ok(tc_hooks_trigger_hook_with_token(
			  client, "t", "typed", token->token, body, &reply, &err),
		&err);
	check_task(client, reply->task_id.task_id, "triggerHookWithToken");
	tc_release(reply);
	assert_ok(tc_hooks_reset_trigger_token(client, "t", "typed", &fresh, &err), &err);
	assert_int_equal(tc_hooks_trigger_hook_with_token(
				 client, "t", "typed", token->token, body, NULL, &err),
		TC_ERROR_HTTP);
	tc_error_clear(&err);
	assert_ok(tc_hooks_trigger_hook_with_token(
			  client, "t", "typed", fresh->token, body, NULL, &err),
		&err);
	tc_release(token);
	tc_release(fresh);
	tc_release(body);
	tc_client_free(client);
}

/* The sandbox's own timers fire it: a pattern of every second must have fired within five. */
static void a_schedule_fires(void **state)
{
	tc_client *client = typed_client(server, NULL, NULL, NULL);
	struct tc_hooks_list_last_fires_response *fires = NULL;
	tc_error err = TC_ERROR_INIT;
	int rc = TC_ERROR_HTTP;

	(void)state;
	create_hook(client, "scheduled", "* * * * * *");
	for (int i = 0; i < 100 && rc != TC_OK; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 50 * 1000000 }, NULL);
		rc = tc_hooks_list_last_fires(client, "t", "scheduled", NULL, &fires, NULL);
	}
	assert_int_equal(rc, TC_OK);
	assert_string_equal(fires->last_fires[0].fired_by, "schedule");
	check_task(client, fires->last_fires[0].task_id, "schedule");
	tc_release(fires);
	assert_ok(tc_hooks_remove_hook(client, "t", "scheduled", NULL, &err), &err);
	tc_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_moment_of_a_pattern),
		cmocka_unit_test(templates),
		cmocka_unit_test(where_a_template_fails),
		cmocka_unit_test(definitions),
		cmocka_unit_test(fires),
		cmocka_unit_test(typed_calls),
		cmocka_unit_test(a_schedule_fires),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
