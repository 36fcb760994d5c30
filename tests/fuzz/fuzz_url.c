/* SPDX-License-Identifier: MPL-2.0 */
/* Any text as a URL: what is accepted holds together, and still does with a bewit behind it. */
#include "tests/harness/test.h"

#include "runtime/src/common/url.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_parts(const struct tc__url *parts)
{
	require(parts->port > 0);
	require(parts->host_length > 0 && parts->resource_length > 0);
	require(parts->resource[0] == '/');
	require(!memchr(parts->host, '@', parts->host_length));
	require(!memchr(parts->host, '/', parts->host_length));
	require(!memchr(parts->resource, '#', parts->resource_length));
	for (size_t i = 0; i < parts->resource_length; i++)
		require(parts->resource[i] > ' ' && parts->resource[i] <= '~');
}

static void check_with_query(const char *url, const struct tc__url *parts)
{
	struct tc__buffer text = TC__BUFFER(2 * TC__URL_MAX);
	struct tc__url again;

	tc__url_with_query(&text, url, "bewit", "x");
	if (text.length <= TC__URL_MAX) {
		require(tc__url_parse(text.data, &again, NULL) == TC_OK);
		require(again.port == parts->port && again.https == parts->https);
		require(again.host_length == parts->host_length);
		require(again.resource_length == parts->resource_length + strlen("?bewit=x"));
		require(memcmp(again.resource, parts->resource, parts->resource_length) == 0);
	}
	tc__buffer_clear(&text);
}

/* As it is sent only the host may be another, which is sent as it is. */
static void check_sent(const char *url, const struct tc__url *parts)
{
	struct tc__buffer sent = TC__BUFFER(2 * TC__URL_MAX), again = TC__BUFFER(2 * TC__URL_MAX);
	struct tc__url read;

	tc__url_as_sent(&sent, url);
	if (sent.length <= TC__URL_MAX) {
		require(tc__url_parse(sent.data, &read, NULL) == TC_OK);
		require(read.port == parts->port && read.https == parts->https);
		require(read.resource_length == parts->resource_length);
		require(memcmp(read.resource, parts->resource, parts->resource_length) == 0);
		tc__url_as_sent(&again, sent.data);
		require(strcmp(again.data, sent.data) == 0);
	}
	tc__buffer_clear(&sent);
	tc__buffer_clear(&again);
}

/* A proxy that is refused is not repeated. */
static void check_proxy(const char *text)
{
	tc_error err = TC_ERROR_INIT;

	if (tc__url_check_proxy(text, &err) != TC_OK && strlen(text) > 100)
		require(!strstr(tc_error_text(&err), text));
	tc_error_clear(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *url;
	struct tc__url parts;
	struct tc__buffer encoded = TC__BUFFER(3 * size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (tc__url_parse(text, &parts, NULL) == TC_OK) {
		check_parts(&parts);
		check_with_query(text, &parts);
		check_sent(text, &parts);
	}
	check_proxy(text);
	tc__url_encode(&encoded, text);
	require(!encoded.too_long);
	if (tc_url_api(text, "queue", "v1", "ping", &url, NULL) == TC_OK) {
		require(tc__url_parse(url, &parts, NULL) == TC_OK);
		tc_release(url);
	}
	tc__buffer_clear(&encoded);
	free(text);
	return 0;
}
