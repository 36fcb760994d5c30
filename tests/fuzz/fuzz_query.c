/* SPDX-License-Identifier: MPL-2.0 */
/* Any keys and values for a query with rules, a line each. What is refused changes nothing; what is
 * taken stands in the URL, each value once, in the order of the reference. */
#include "tests/harness/test.h"

#include "runtime/src/http/request.h"
#include "tests/harness/ci.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/query.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define VALUES_MAX 100

struct given {
	const char *key, *value;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c && strchr("-._~", c));
}

static void check_text(const char *query)
{
	for (const char *at = query; *at; at++) {
		if (*at == '%') {
			require(at[1] && at[2]);
			require(strchr("0123456789ABCDEF", at[1]) != NULL);
			require(strchr("0123456789ABCDEF", at[2]) != NULL);
		}
		require(is_plain(*at) || strchr("?&=,%", *at) != NULL);
	}
}

static int hex(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* Whether the encoded text up to `end` is this value. */
static bool is_value(const char *at, const char *end, const char *value)
{
	for (; at < end && *value; value++) {
		char c = *at == '%' ? (char)(hex(at[1]) * 16 + hex(at[2])) : *at;
		if (c != *value)
			return false;
		at += *at == '%' ? 3 : 1;
	}
	return at == end && !*value;
}

/* The value at `at` is one that was given for the key, and not one that stood before. */
static void take(struct given *given, size_t count, const char *key, size_t key_length,
	const char *at, const char *end)
{
	for (size_t i = 0; i < count; i++) {
		if (!given[i].value || strlen(given[i].key) != key_length ||
			memcmp(given[i].key, key, key_length) != 0 ||
			!is_value(at, end, given[i].value))
			continue;
		given[i].value = NULL;
		return;
	}
	abort();
}

/* All that was taken stands there, and nothing else. */
static void check_query(const char *query, struct given *given, size_t count)
{
	check_text(query);
	require(*query == '?' || !*query);
	for (const char *key = query; *key;) {
		key++;
		const char *equals = strchr(key, '='), *end;
		require(equals != NULL);
		for (const char *at = equals + 1;; at = end + 1) {
			end = at + strcspn(at, "&,");
			take(given, count, key, (size_t)(equals - key), at, end);
			if (*end != ',')
				break;
		}
		key = end;
	}
	for (size_t i = 0; i < count; i++)
		require(!given[i].value);
}

static char *next_line(char **text)
{
	char *line = *text;

	if (!line)
		return NULL;
	*text = strchr(line, '\n');
	if (*text)
		*(*text)++ = '\0';
	return line;
}

/* The parts of a list that is joined by commas count one by one. */
static size_t note(struct given *given, size_t count, char *key, char *value)
{
	bool joined = strstr(key, "__in") != NULL;

	for (char *comma; joined && (comma = strchr(value, ',')) && count < VALUES_MAX;) {
		*comma = '\0';
		given[count++] = (struct given){ key, value };
		value = comma + 1;
	}
	if (count < VALUES_MAX)
		given[count++] = (struct given){ key, value };
	return count;
}

static void check_copy(const struct tc__request *request)
{
	struct tc__query copy;
	struct tc__buffer text = TC__BUFFER(TC__URL_MAX);

	require(tc__query_copy(&copy, &request->query, NULL) == TC_OK);
	tc__query_render(&copy, &text);
	require(strcmp(tc__buffer_get(&text), request->url.data + request->query_at) == 0);
	tc__buffer_clear(&text);
	tc__query_clear(&copy);
}

static void run(struct tc__request *request, char *text)
{
	struct given given[VALUES_MAX];
	size_t count = 0;

	for (char *key; (key = next_line(&text)) && count < VALUES_MAX / 2;) {
		char *before = tc__object_text(request->url.data, request->url.length);
		char *value = strchr(key, '=');
		tc_error err = TC_ERROR_INIT;
		if (value)
			*value++ = '\0';
		int rc = tc__request_query_sent(request, key, value, &err);
		require(rc == err.code && (rc == TC_OK || rc == TC_ERROR_ARGUMENT));
		if (rc == TC_OK) {
			require(value && tc_query_has_key(request->operation, key));
			count = note(given, count, key, value);
		} else {
			require(strcmp(before, request->url.data) == 0);
		}
		require(request->parts.resource + request->parts.resource_length ==
			request->url.data + request->url.length);
		tc_error_clear(&err);
		tc_release(before);
	}
	check_copy(request);
	if (count < VALUES_MAX - 1)
		check_query(request->url.data + request->query_at, given, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tc__site site = { .server = CI_ROOT };
	char *text = malloc(size + 1);
	struct tc__request request;

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	require(tc__request_init(&request, &site, CI(FIND), NULL, NULL, NULL) == TC_OK);
	run(&request, text);
	tc__request_clear(&request);
	free(text);
	return 0;
}
