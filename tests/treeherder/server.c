/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tests/treeherder/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void answer(
	struct treeherder *server, struct tc_responder_reply *reply, int status, const char *text)
{
	snprintf(server->text, sizeof server->text, "%s", text);
	reply->status = status;
	reply->body = server->text;
	reply->body_length = strlen(server->text);
}

static int64_t number(const char *target, const char *key, int64_t otherwise)
{
	char pattern[64];

	snprintf(pattern, sizeof pattern, "?%s=", key);
	const char *at = strstr(target, pattern);
	pattern[0] = '&';
	at = at ? at : strstr(target, pattern);
	return at ? strtoll(at + strlen(pattern), NULL, 10) : otherwise;
}

/* ---- jobs ---- */

static const char names[] =
	"[\"id\",\"job_guid\",\"job_type_name\",\"job_type_symbol\",\"platform\","
	"\"push_id\",\"result\",\"state\",\"tier\",\"start_timestamp\"]";

static int add_job(char *to, int64_t id, bool row)
{
	return sprintf(to,
		row ? "[%d,\"guid/"
		      "%d\",\"build\",\"B\",\"linux64\",%d,\"success\",\"completed\",1,%d]"
		    : "{\"id\":%d,\"job_guid\":\"guid/%d\",\"job_type_name\":\"build\","
		      "\"job_type_symbol\":\"B\",\"platform\":\"linux64\",\"push_id\":%d,"
		      "\"result\":\"success\",\"state\":\"completed\",\"tier\":1,"
		      "\"start_timestamp\":%d}",
		(int)id, (int)id, (int)(id % 10), (int)(PUSHED + id));
}

/* The count in meta is what was asked for, and no total. */
static void give_jobs(
	struct treeherder *server, const char *target, struct tc_responder_reply *reply)
{
	int64_t count = number(target, "count", 10), offset = number(target, "offset", 0);
	int64_t all = number(target, "push_id", 0) ? 3 : JOBS;
	bool rows = strstr(target, "return_type=list") != NULL;
	char *at = server->text;

	if (count > 2000 || count < 1) {
		answer(server, reply, 400,
			"{\"detail\":\"Specified count exceeds api limit: 2000\"}");
		return;
	}
	at += sprintf(at,
		"{\"meta\":{\"repository\":\"try\",\"offset\":%d,\"count\":%d},\"results\":[",
		(int)offset, (int)count);
	for (int64_t id = offset; id < offset + count && id < all; id++) {
		at += sprintf(at, id > offset ? "," : "");
		/* the database gives them in no order */
		at += add_job(at,
			id < offset + server->shift && id >= server->shift ? id - server->shift
									   : id,
			rows);
	}
	at += sprintf(at, "]");
	if (rows)
		at += sprintf(at, ",\"job_property_names\":%s", names);
	at += sprintf(at, "}");
	reply->body = server->text;
	reply->body_length = (size_t)(at - server->text);
}

/* ---- pushes ---- */

/* What was searched for is cut to the newest 200, which no further filter can be about. */
static bool fails_over_search(const char *target)
{
	static const char *const others[] = { "author", "push_timestamp", "id=", "id__",
		"date=", "change=", "revision=", "hide_reviewbot" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strstr(target, others[i]))
			return true;
	return false;
}

static int pushes_of(const struct treeherder *server)
{
	return server->pushes ? server->pushes : PUSHES;
}

static int pushed(const struct treeherder *server, int id)
{
	return PUSHED + (id > pushes_of(server) - server->crowd ? pushes_of(server) : id / 2);
}

/* Whatever offset says is ignored. */
static void give_pushes(
	struct treeherder *server, const char *target, struct tc_responder_reply *reply)
{
	int64_t count = number(target, "count", 10);
	int64_t before = number(target, "push_timestamp__lt", INT64_MAX);
	bool search = strstr(target, "search=") != NULL;
	char *at = server->text;
	int64_t given = 0;

	if (search && fails_over_search(target)) {
		answer(server, reply, 500, "<h1>Server Error (500)</h1>");
		return;
	}
	if (search && count > SEARCHED && count <= 1000)
		count = SEARCHED;
	if (count > 1000) {
		answer(server, reply, 400,
			"{\"detail\":\"Specified count exceeds api limit: 1000\"}");
		return;
	}
	at += sprintf(
		at, "{\"meta\":{\"count\":%d,\"repository\":\"try\"},\"results\":[", (int)count);
	for (int id = pushes_of(server); id > 0 && given < count; id--) {
		if (pushed(server, id) >= before)
			continue;
		at += sprintf(at,
			"%s{\"id\":%d,\"revision\":\"r%d\",\"author\":\"a\",\"revisions\":[],"
			"\"revision_count\":0,\"push_timestamp\":%d,\"repository_id\":4}",
			given++ ? "," : "", id, id, pushed(server, id));
	}
	at += sprintf(at, "]}");
	reply->body = server->text;
	reply->body_length = (size_t)(at - server->text);
}

/* ---- writes ---- */

static void set_date(struct treeherder *server, struct tc_responder_reply *reply)
{
	time_t now = time(NULL) + server->clock_off_s;
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(server->headers, sizeof server->headers, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n",
		&utc);
	reply->headers = server->headers;
}

static void take_collection(struct treeherder *server, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	const char *authorization = tc_responder_header(request, "authorization");
	const char *ts = authorization ? strstr(authorization, "ts=\"") : NULL;
	int64_t off = ts ? strtoll(ts + 4, NULL, 10) - time(NULL) - server->clock_off_s : 0;

	set_date(server, reply);
	if (!ts)
		answer(server, reply, 401,
			"{\"detail\":\"Authentication credentials were not provided.\"}");
	else if (off > 60 || off < -60)
		answer(server, reply, 403,
			"{\"detail\":\"Hawk authentication failed: The token has expired. Is your "
			"system clock correct?\"}");
	else
		answer(server, reply, 200, "{\"message\":\"well-formed JSON stored\"}");
}

static void log_in(struct treeherder *server, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	const char *bearer = tc_responder_header(request, "authorization");

	if (!bearer || strcmp(bearer, "Bearer good") != 0) {
		answer(server, reply, 403, "{\"detail\":\"Invalid header.\"}");
		return;
	}
	if (!server->no_cookie)
		reply->headers = "Set-Cookie: csrftoken=c1; Path=/\r\n"
				 "Set-Cookie: sessionid=old; HttpOnly\r\n"
				 "Set-Cookie: sessionid=s3cret; HttpOnly; Path=/\r\n";
	answer(server, reply, 200, "{\"email\":\"a@b.c\",\"username\":\"a\"}");
}

static bool has(const struct tc_responder_request *request, const char *name, const char *part)
{
	const char *value = tc_responder_header(request, name);

	return value && strstr(value, part);
}

static void take_note(struct treeherder *server, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	if (!has(request, "cookie", "sessionid=s3cret"))
		answer(server, reply, 403,
			"{\"detail\":\"Authentication credentials were not provided.\"}");
	else if (!has(request, "x-csrftoken", "c1") || !has(request, "referer", "http://127"))
		answer(server, reply, 403, "{\"detail\":\"CSRF Failed: CSRF token missing.\"}");
	else
		answer(server, reply, 400,
			"{\"text\":[\"This field is required.\",\"Too short.\"],"
			"\"who\":{\"email\":[\"Not an address.\"]}}");
}

/* Only the summary counts. */
static void take_issue(struct treeherder *server, const struct tc_responder_request *request,
	struct tc_responder_reply *reply)
{
	const char *summary = strstr(request->body, "\"summary\":\"");
	char text[256];

	if (!has(request, "cookie", "sessionid=s3cret") || !has(request, "x-csrftoken", "c1")) {
		answer(server, reply, 403,
			"{\"detail\":\"Authentication credentials were not provided.\"}");
		return;
	}
	if (!summary) {
		answer(server, reply, 400, "{\"summary\":[\"This field is required.\"]}");
		return;
	}
	summary += strlen("\"summary\":\"");
	snprintf(text, sizeof text, "{\"internal_id\":7,\"summary\":\"%.*s\"}",
		(int)strcspn(summary, "\""), summary);
	answer(server, reply, 201, text);
}

/* ---- all ---- */

static bool ends(const char *target, const char *part)
{
	size_t length = strcspn(target, "?"), tail = strlen(part);

	return length >= tail && memcmp(target + length - tail, part, tail) == 0;
}

/* Programs have to have a name of their own. */
static bool is_anybody(const char *agent)
{
	static const char *const refused[] = { "Go-http-client/", "Go 1.1 package http", "libcurl/",
		"Python-urllib/", "python-requests/" };

	for (size_t i = 0; agent && i < sizeof refused / sizeof *refused; i++)
		if (strncmp(agent, refused[i], strlen(refused[i])) == 0)
			return true;
	return !agent;
}

static void handle(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct treeherder *server = data;
	const char *target = request->target;

	snprintf(server->targets[server->count++ % 64], sizeof *server->targets, "%s", target);
	snprintf(server->last_head, sizeof server->last_head, "%s", request->head);
	snprintf(server->last_body, sizeof server->last_body, "%s", request->body);
	if (is_anybody(tc_responder_header(request, "user-agent")))
		answer(server, reply, 403, "");
	else if (!has(request, "accept", "version=1.1"))
		answer(server, reply, 406, "{\"detail\":\"Invalid version in Accept.\"}");
	else if (strcmp(request->method, "POST") == 0 && ends(target, "/note/"))
		take_note(server, request, reply);
	else if (strcmp(request->method, "POST") == 0 && ends(target, "/internal_issue/"))
		take_issue(server, request, reply);
	else if (strcmp(request->method, "POST") == 0)
		take_collection(server, request, reply);
	else if (ends(target, "/project/try/jobs/"))
		give_jobs(server, target, reply);
	else if (ends(target, "/push/"))
		give_pushes(server, target, reply);
	else if (ends(target, "/auth/login/"))
		log_in(server, request, reply);
	else if (ends(target, "/jobs/3/"))
		answer(server, reply, 404, "\"No job with id: 3\"");
	else if (ends(target, "/jobs/4/"))
		answer(server, reply, 400, "[\"first\",\"second\"]");
	else if (ends(target, "/jobs/5/"))
		answer(server, reply, 500, "{\"failure\":\"it broke\"}");
	else if (ends(target, "/jobs/6/"))
		reply->headers = "Location: https://elsewhere.example.com/\r\n",
		reply->status = 302;
	else
		answer(server, reply, 404, "{\"message\":\"nothing there\"}");
}

void treeherder_start(struct treeherder *server)
{
	server->responder = tc_responder_start(handle, server);
}

void treeherder_stop(struct treeherder *server)
{
	tc_responder_stop(server->responder);
}
