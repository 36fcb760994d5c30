/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/performance.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/call/transfer.h"
#include <stdio.h>
#include <string.h>

static const char *show(const char *url, struct tc__buffer *text)
{
	tc__url_show(text, url);
	return tc__buffer_failed(text) ? "(a URL)" : tc__buffer_get(text);
}

/* A call's URL without secrets; *text, which may hold it, is the caller's to clear. */
static const char *shown_url(const tc_call *call, struct tc__buffer *text)
{
	const struct tc__request *request = &call->request;

	*text = TC__BUFFER(TC__URL_MAX);
	if (call->anywhere)
		return show(tc__buffer_get(&request->url), text);
	if (!tc__query_has_secret(&request->query))
		return tc__buffer_get(&request->url);
	tc__buffer_add(text, request->url.data, request->query_at);
	tc__query_show(&request->query, text);
	return tc__buffer_failed(text) ? "(a URL)" : tc__buffer_get(text);
}

/* The same of an attempt, which may be a login. */
const char *tc__performance_show(const struct tc__performance *performance, struct tc__buffer *text)
{
	*text = TC__BUFFER(TC__URL_MAX);
	if (performance->logging_in && performance->attempt.url)
		return performance->attempt.url;
	if (performance->hop.url)
		return show(performance->hop.url, text);
	return shown_url(performance->call, text);
}

const char *tc__performance_method(const struct tc__performance *performance)
{
	const char *method = performance->attempt.method;

	return method ? method : tc__performance_operation(performance)->method;
}

static bool is_header(const char *line, const char *name)
{
	size_t length = name ? strlen(name) : 0;

	return length && strncmp(line, name, length) == 0 && line[length] == ':';
}

/* Headers that their reference or the caller calls secrets, whatever they are called. */
static bool is_secret(const struct tc__performance *performance, const char *line)
{
	const struct tc_operation *operation = tc__performance_operation(performance);
	const struct tc_conventions *system = tc__system_of(operation);
	const struct tc_operation_conventions *rules = tc__rules_of(operation);
	const struct tc_query_rule *header = rules ? rules->headers : NULL;

	for (; header && header->name; header++)
		if (header->secret && is_header(line, header->name))
			return true;
	if (tc__request_hides(&performance->call->request, line))
		return true;
	return system && system->session && is_header(line, system->session->csrf_header);
}

void tc__performance_log_lines(const struct tc__performance *performance)
{
	const struct tc__log *log = &tc__performance_client(performance)->log;
	const struct tc__attempt *attempt = &performance->attempt;

	for (size_t i = 0; tc__log_wants(log, TC_LOG_DEBUG) && i < attempt->line_count; i++)
		if (is_secret(performance, attempt->lines[i]))
			tc__log(log, TC_LOG_DEBUG, "> %.*s: (redacted)",
				(int)strcspn(attempt->lines[i], ":"), attempt->lines[i]);
		else
			tc__log(log, TC_LOG_DEBUG, "> %s", attempt->lines[i]);
}

static void log_headers(const struct tc__performance *performance)
{
	const struct tc__log *log = &tc__performance_client(performance)->log;
	const tc_response *response = performance->reply.response;
	const char *name, *value;

	if (!tc__log_wants(log, TC_LOG_DEBUG))
		return;
	for (size_t i = 0; tc_response_header_at(response, i, &name, &value); i++) {
		struct tc__buffer text = TC__BUFFER(TC__URL_MAX);
		bool is_url = performance->call->anywhere && tc__same_word(name, "location");
		tc__log(log, TC_LOG_DEBUG, "< %s: %s", name, is_url ? show(value, &text) : value);
		tc__buffer_clear(&text);
	}
}

void tc__performance_log_attempt(
	const struct tc__performance *performance, int rc, int64_t now_ms, const tc_error *failure)
{
	const struct tc__log *log = &tc__performance_client(performance)->log;
	long long ms = now_ms - performance->attempt_begun_ms;
	struct tc__buffer text;

	if (!performance->under_way || !tc__log_wants(log, TC_LOG_INFO))
		return;
	const char *url = tc__performance_show(performance, &text);
	if (rc == TC_OK)
		tc__log(log, TC_LOG_INFO, "%s %s -> %d in %lld ms", performance->attempt.method,
			url, tc__reply_status(&performance->reply), ms);
	else
		tc__log(log, TC_LOG_INFO, "%s %s -> %s after %lld ms", performance->attempt.method,
			url, tc_error_text(failure), ms);
	tc__buffer_clear(&text);
	log_headers(performance);
}

void tc__performance_log_retry(const struct tc__performance *performance,
	const struct tc__outcome *outcome, const struct tc__next *next, const tc_error *failure)
{
	const struct tc__log *log = &tc__performance_client(performance)->log;
	struct tc__buffer text;
	char status[32];

	if (!tc__log_wants(log, TC_LOG_WARN) || next->step != TC__STEP_WAIT)
		return;
	const char *url = tc__performance_show(performance, &text);
	snprintf(status, sizeof status, "status %d", outcome->status);
	long long attempt = performance->attempts + 1;
	tc__log(log, TC_LOG_WARN, "%s %s: %s; attempt %lld of %lld follows in %lld ms",
		tc__performance_method(performance), url,
		outcome->code == TC_OK ? status : tc_error_text(failure), attempt,
		attempt + performance->retry.policy->attempts - 1 - performance->retry.retried,
		(long long)next->delay_ms);
	tc__buffer_clear(&text);
}

void tc__call_log_failure(const tc_call *call, const tc_error *failure)
{
	const struct tc__log *log = &call->client->log;
	struct tc__buffer text;
	size_t length;

	if (!tc__log_wants(log, TC_LOG_ERROR))
		return;
	const char *url = shown_url(call, &text);
	const char *body = tc_error_body(failure, &length);
	if (length > TC__LOG_BODY_MAX)
		length = TC__LOG_BODY_MAX;
	tc__log(log, TC_LOG_ERROR, "%s %s failed: %s%s%.*s", call->request.operation->method, url,
		tc_error_text(failure), body ? "; the reply's body: " : "", (int)length,
		body ? body : "");
	tc__buffer_clear(&text);
}
