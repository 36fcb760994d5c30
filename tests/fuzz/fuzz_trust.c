/* SPDX-License-Identifier: MPL-2.0 */
/* Any text as a certificate that a trusted worker has signed, as a task's definition, and as what a
 * task adds to its certificate. */
#include "tests/harness/test.h"

#include "workflows/src/trust/certificate.h"
#include <stdlib.h>
#include <string.h>
#include <taskcluster/chain_of_trust.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What it covers has a digest, and its own definition is its own. */
static void use(const tc_json *certificate)
{
	const tc_json *artifacts = tc_json_get(certificate, "artifacts");
	struct tc__digests_expected expected;

	for (size_t i = 0; i < tc_json_count(artifacts); i++) {
		const char *name = tc_json_text(tc_json_name(artifacts, i));
		require(tc__trust_covers(certificate, name, &expected));
		require(strlen(expected.sha256) == 64 || strlen(expected.sha512) == 128);
	}
	require(!tc__trust_covers(certificate, "\x01", &expected));
	require(tc__trust_defines(certificate, tc_json_get(certificate, "task"), NULL) == TC_OK);
}

/* Made with anything it can be read again, is its task's, and has what the worker says: unless the
 * task added digests that are none. */
static void make(const tc_json *task, const tc_json *additional)
{
	const struct tc_trust_artifact artifact = { "public/a", SHA256 };
	struct tc_trust_options options = TC_TRUST_OPTIONS_INIT;
	const tc_json *certificate = NULL;
	struct tc__digests_expected expected;
	char *text = NULL;
	size_t length = 0;

	options.task_id = "fN1SbArXTPSVFNUvaOlinQ";
	options.task = task;
	options.worker_group = options.worker_id = "w";
	options.artifacts = &artifact;
	options.artifacts_count = 1;
	options.additional = additional;
	if (tc_trust_make(&options, &text, &length, NULL) != TC_OK)
		return;
	require(strlen(text) == length && text[length - 1] == '}');
	require(!strpbrk(text, "<>&"));
	if (tc__trust_read(text, length, &certificate, NULL) == TC_OK) {
		require(tc__trust_covers(certificate, "public/a", &expected));
		require(strcmp(expected.sha256, SHA256) == 0);
		require(additional || tc__trust_defines(certificate, task, NULL) == TC_OK);
		tc_release(certificate);
	} else {
		require(additional);
	}
	tc_release(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const tc_json *json = NULL, *certificate = NULL, *empty = NULL;

	require(text && tc_json_parse("{}", 2, &empty, NULL) == TC_OK);
	memcpy(text, data, size);
	text[size] = '\0';
	if (tc__trust_read(text, size, &certificate, NULL) == TC_OK)
		use(certificate);
	if (tc_json_read(text, size, TC_JSON_MEND, &json, NULL) == TC_OK) {
		make(json, NULL);
		make(empty, json);
		make(json, json);
	}
	tc_release(certificate);
	tc_release(json);
	tc_release(empty);
	free(text);
	return 0;
}
