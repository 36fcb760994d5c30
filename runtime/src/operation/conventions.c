/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/operation/conventions.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/common/url.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Servers refuse longer bodies, with a 500 that says nothing. */
#define BODY_MAX ((size_t)10 * 1024 * 1024)

const struct tc_argument_rule *tc__argument_rule_of(
	const struct tc_operation *operation, size_t position)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	return rules && rules->arguments ? &rules->arguments[position] : NULL;
}

bool tc__is_realm(const struct tc_operation *operation)
{
	const struct tc_conventions *system = tc__system_of(operation);

	return system && system->server_url;
}

const char *tc__accept_of(const struct tc_operation *operation)
{
	const struct tc_conventions *system = tc__system_of(operation);
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	if (rules && rules->accept)
		return rules->accept;
	return system ? system->accept : NULL;
}

bool tc__is_final_status(const struct tc_operation *operation, int status)
{
	const struct tc_conventions *system = tc__system_of(operation);

	return system && tc__has_status(system->final_statuses, status);
}

enum tc_authentication tc__authentication_of(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	return rules ? (enum tc_authentication)rules->authentication : TC_AUTHENTICATION_OPTIONAL;
}

const struct tc_rpc *tc__rpc_of(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	return rules ? rules->rpc : NULL;
}

const struct tc_event_stream *tc__events_of(const struct tc_operation *operation)
{
	const struct tc_operation_conventions *rules = tc__rules_of(operation);

	return rules ? rules->events : NULL;
}

/* ---- what a reply has to be ---- */

bool tc__is_success(const struct tc_operation *operation, int status)
{
	if (operation && operation->success)
		return tc__has_status(operation->success, status);
	return status >= 200 && status < 300;
}

const char *const *tc__reply_types_of(const struct tc_operation *operation)
{
	static const char *const json[] = { "application/json", NULL };
	static const char *const events[] = { "text/event-stream", NULL };

	if (!operation)
		return NULL;
	if (operation->reply_types)
		return operation->reply_types;
	if (tc__events_of(operation))
		return events;
	if (tc__rpc_of(operation) || operation->blob_output)
		return NULL;
	const struct tc_conventions *system = tc__system_of(operation);
	return system && system->reply_types ? system->reply_types : json;
}

/* Without its parameters, such as "; charset=utf-8". */
static bool is_media_type(const char *type, const char *expected)
{
	size_t length = strlen(expected);

	return strcspn(type, "; \t,") == length && tc__same_letters(type, expected, length);
}

bool tc__has_reply_type(const struct tc_operation *operation, int status, const char *type)
{
	const char *const *expected = status < 300 ? tc__reply_types_of(operation) : NULL;

	if (!expected)
		return true;
	while (type && *expected && !is_media_type(type, *expected))
		expected++;
	return type && *expected;
}

bool tc__needs_content(const struct tc_operation *operation, int status)
{
	return operation && operation->has_output && !operation->blob_output &&
		!tc__rpc_of(operation) && !tc__events_of(operation) && status < 300 &&
		strcmp(operation->method, "HEAD") != 0;
}

size_t tc__body_max_of(const struct tc_operation *operation)
{
	const struct tc_conventions *system = tc__system_of(operation);

	if (!system || system->body_max == 0)
		return BODY_MAX;
	return system->body_max < 0 ? SIZE_MAX : (size_t)system->body_max;
}

bool tc__has_status(const uint16_t *statuses, int status)
{
	while (statuses && *statuses && *statuses != status)
		statuses++;
	return statuses && *statuses;
}

bool tc__has_text(const char *const *texts, const char *text)
{
	while (texts && *texts && strcmp(*texts, text) != 0)
		texts++;
	return texts && *texts;
}

void tc__add_alternatives(struct tc__buffer *text, const char *const *const *alternatives)
{
	for (const char *const *const *all = alternatives; *all; all++) {
		tc__buffer_text(text, all == alternatives ? "" : ", or ");
		for (const char *const *name = *all; *name; name++)
			tc__buffer_printf(text, "%s%s", name == *all ? "" : " and ", *name);
	}
}

void tc__expand_template(struct tc__buffer *url, const char *text, const char *root,
	const struct tc_service *service)
{
	static const char root_name[] = "{root}", service_name[] = "{service}",
			  version_name[] = "{version}";

	while (*text) {
		if (strncmp(text, root_name, sizeof root_name - 1) == 0) {
			tc__url_root(url, root);
			text += sizeof root_name - 1;
		} else if (strncmp(text, service_name, sizeof service_name - 1) == 0) {
			tc__buffer_text(url, service->name);
			text += sizeof service_name - 1;
		} else if (strncmp(text, version_name, sizeof version_name - 1) == 0) {
			tc__buffer_text(url, service->version);
			text += sizeof version_name - 1;
		} else {
			tc__buffer_char(url, *text++);
		}
	}
}

/* ---- patterns ---- */

/* Not kept compiled: a call needs one or two, which costs less than its header lines. */
int tc__pattern_found(const char *pattern, const char *text)
{
	const uint32_t options = PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS |
		PCRE2_MATCH_UNSET_BACKREF;
	int error = 0;
	PCRE2_SIZE offset = 0;
	pcre2_code *code = pcre2_compile(
		(PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &error, &offset, NULL);

	if (!code)
		return error == PCRE2_ERROR_HEAP_FAILED ? TC_ERROR_NOMEM : TC_ERROR_INPUT;
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int rc = data ? pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, NULL)
		      : PCRE2_ERROR_NOMEMORY;
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	if (rc >= 0)
		return 1;
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return rc == PCRE2_ERROR_NOMEMORY ? TC_ERROR_NOMEM : TC_ERROR_INPUT;
}

/* ---- values ---- */

static bool is_integer(const char *text)
{
	const char *digits = text + (*text == '-');

	if (!*digits || digits[strspn(digits, "0123456789")])
		return false;
	errno = 0;
	(void)strtoll(text, NULL, 10);
	return errno == 0;
}

/* At least one digit; NULL when there is none. */
static const char *skip_digits(const char *text)
{
	size_t count = strspn(text, "0123456789");

	return count ? text + count : NULL;
}

/* As JSON has them; not read by its parser, which memory could end under. */
static bool is_number(const char *text)
{
	text += *text == '-';
	text = *text == '0' ? text + 1 : skip_digits(text);
	if (text && *text == '.')
		text = skip_digits(text + 1);
	if (text && (*text == 'e' || *text == 'E')) {
		text += text[1] == '+' || text[1] == '-';
		text = skip_digits(text + 1);
	}
	return text && !*text;
}

/* YYYY-MM-DD, a day that there is */
static bool is_date(const char *text, size_t length)
{
	struct timespec when;
	char date[] = "YYYY-MM-DDT00:00:00Z";

	if (length != 10)
		return false;
	memcpy(date, text, length);
	return tc_date_parse(date, &when, NULL) == TC_OK;
}

/* What may be missing of a whole date is added, and that is then checked. */
static bool is_date_time(const char *text)
{
	char whole[64];
	struct timespec when;
	size_t length = strlen(text);

	if (length < 16 || length > 40 || (text[10] != 'T' && text[10] != ' '))
		return false;
	size_t clock = text[16] == ':' ? 19 : 16; /* up to the seconds or the minutes */
	if (clock > length || strspn(text + 11, "0123456789:") < clock - 11)
		return false;
	const char *rest = text + clock;
	int fraction = *rest == '.' ? 1 + (int)strspn(rest + 1, "0123456789") : 0;
	int needed = snprintf(whole, sizeof whole, "%.10sT%.*s%s%.*s%s", text, (int)clock - 11,
		text + 11, clock == 16 ? ":00" : "", fraction, rest,
		rest[fraction] ? rest + fraction : "Z");
	return needed < (int)sizeof whole && (clock == 19 || !fraction) &&
		tc_date_parse(whole, &when, NULL) == TC_OK;
}

bool tc__is_value(enum tc_value_type type, const char *text)
{
	switch (type) {
	case TC_VALUE_STRING:
		return true;
	case TC_VALUE_INTEGER:
		return is_integer(text);
	case TC_VALUE_NUMBER:
		return is_number(text);
	case TC_VALUE_BOOLEAN:
		return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
	case TC_VALUE_DATE:
		return is_date(text, strlen(text));
	case TC_VALUE_DATE_TIME:
		return is_date(text, strlen(text)) || is_date_time(text);
	}
	return false;
}
