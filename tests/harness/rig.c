/* SPDX-License-Identifier: MPL-2.0 */
#include "rig.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEPALIVE_REQUESTS 7 /* as tests/rig/rig.sh has it */

/* Fills a port into a text with one place for it, such as https://p{port}.rig.test:443. */
static void fill(char *text, size_t size, const char *pattern, int port)
{
	static const char place[] = "{port}";
	const char *at = strstr(pattern, place);

	if (!at)
		fail_msg("%s lacks %s", pattern, place);
	int length = snprintf(
		text, size, "%.*s%d%s", (int)(at - pattern), pattern, port, at + strlen(place));
	assert_true(length > 0 && (size_t)length < size);
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		fail_msg("%s is not set; run it by tests/rig/rig.sh", name);
	return value;
}

bool tc_rig(void)
{
	return getenv("TC_RIG_URL") != NULL;
}

void tc_rig_url(char *url, size_t size, int port)
{
	fill(url, size, tc_rig() ? variable("TC_RIG_URL") : "http://127.0.0.1:{port}", port);
}

void tc_rig_other_url(char *url, size_t size, const char *kind, int port)
{
	static const struct {
		const char *kind, *variable;
	} others[] = {
		{ "plain", "TC_RIG_PLAIN_URL" },
		{ "old", "TC_RIG_OLD_URL" },
		{ "http2", "TC_RIG_HTTP2_URL" },
	};
	char pattern[128];
	const char *usual = variable("TC_RIG_URL");
	const char *end = strstr(usual, ".rig.test");

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (strcmp(kind, others[i].kind) != 0)
			continue;
		fill(url, size, variable(others[i].variable), port);
		return;
	}
	assert_non_null(end);
	snprintf(pattern, sizeof pattern, "%.*s-%s%s", (int)(end - usual), usual, kind, end);
	fill(url, size, pattern, port);
}

bool tc_rig_resolves(void)
{
	return getenv("TC_RIG_NAMES") != NULL;
}

size_t tc_rig_connections(size_t at_most, size_t requests)
{
	return tc_rig() ? at_most + requests / KEEPALIVE_REQUESTS : at_most;
}

const char *tc_rig_folder(void)
{
	return variable("TC_RIG_FOLDER");
}

const char *tc_rig_proxy(void)
{
	return variable("TC_RIG_PROXY");
}
