/* SPDX-License-Identifier: MPL-2.0 */
/* Any text as a certificate, and as credentials in JSON. */
#include "tests/harness/test.h"

#include "runtime/src/auth/hawk.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What was accepted can be told about, and signs, or is too long for a header. */
static void use(tc_credentials *credentials)
{
	const struct tc__hawk_artifacts artifacts = { .nonce = "n",
		.method = "GET",
		.resource = "/",
		.resource_length = 1,
		.host = "h",
		.host_length = 1,
		.port = 80 };
	struct tc__buffer header = TC__BUFFER(TC__HAWK_MAX);
	const struct tc_credentials_facts *info = NULL;
	struct tc__hawk *hawk = tc__hawk_new(NULL, NULL);

	require(tc_credentials_info(credentials, &info, NULL) == TC_OK);
	require(info->temporary || info->scopes.count == 0);
	require(info->start_ms <= info->expiry_ms);
	for (size_t i = 0; i < info->scopes.count; i++)
		require(tc_scope_check(info->scopes.scopes[i], NULL) == TC_OK);
	int rc = tc__hawk_header(hawk, credentials, &artifacts, &header, NULL);
	require(rc == TC_OK || rc == TC_ERROR_CREDENTIALS);
	for (size_t i = 0; i < header.length; i++)
		require(header.data[i] >= ' ' && header.data[i] <= '~');
	tc__buffer_clear(&header);
	tc__hawk_free(hawk);
	tc_release(info);
	tc_credentials_free(credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const tc_json *json = NULL;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	tc_credentials *credentials = tc_credentials_new("tester", "no-secret", text, NULL);
	if (credentials)
		use(credentials);
	if (tc_json_parse(text, size, &json, NULL) == TC_OK) {
		credentials = tc_credentials_from_json(json, NULL);
		if (credentials)
			use(credentials);
	}
	tc_release(json);
	free(text);
	return 0;
}
