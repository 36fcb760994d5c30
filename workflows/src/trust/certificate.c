/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/trust/certificate.h"

#include "workflows/src/base/options.h"
#include "workflows/src/trust/public_key.h"
#include <string.h>

#define VERSION 1

/* ---- its form ---- */

static int check_digest(
	const char *artifact, const char *algorithm, const tc_json *digest, tc_error *err)
{
	static const struct {
		const char *name;
		size_t digits;
	} known[] = { { "sha256", TC__SHA256_HEX }, { "sha512", TC__SHA512_HEX } };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(known[i].name, algorithm) != 0)
			continue;
		const char *text = tc_json_text(digest);
		if (tc_json_kind(digest) == TC_JSON_STRING &&
			tc__is_digest(text, tc_json_text_length(digest), known[i].digits))
			return TC_OK;
		return tc_error_set(err, TC_ERROR_INPUT,
			"the %s of %s is \"%.140s\"; expected %zu digits of lower-case hex",
			algorithm, artifact, text ? text : "", known[i].digits);
	}
	return tc_error_set(err, TC_ERROR_INPUT,
		"%s has a digest %.80s, which is unknown; expected sha256 or sha512", artifact,
		algorithm);
}

static int check_artifact(const char *name, const tc_json *digests, tc_error *err)
{
	int rc = TC_OK;

	if (tc_json_kind(digests) != TC_JSON_OBJECT || tc_json_count(digests) == 0)
		return tc_error_set(
			err, TC_ERROR_INPUT, "%s has no digest; expected {\"sha256\": …}", name);
	for (size_t i = 0; rc == TC_OK && i < tc_json_count(digests); i++)
		rc = check_digest(name, tc_json_text(tc_json_name(digests, i)),
			tc_json_item(digests, i), err);
	return rc;
}

static int check_artifacts(const tc_json *artifacts, tc_error *err)
{
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < tc_json_count(artifacts); i++) {
		const tc_json *name = tc_json_name(artifacts, i);
		const char *text = tc_json_text(name);
		if (strlen(text) != tc_json_text_length(name))
			return tc_error_set(err, TC_ERROR_INPUT,
				"an artifact's name has a NUL behind \"%s\"", text);
		rc = check_artifact(text, tc_json_item(artifacts, i), err);
	}
	return rc;
}

static int check_members(const tc_json *certificate, tc_error *err)
{
	static const struct {
		const char *name, *what;
		enum tc_json_kind kind;
	} needed[] = { { "task", "an object", TC_JSON_OBJECT },
		{ "artifacts", "an object", TC_JSON_OBJECT },
		{ "taskId", "a text", TC_JSON_STRING } };
	int64_t number;

	if (tc_json_kind(certificate) != TC_JSON_OBJECT)
		return tc_error_set(err, TC_ERROR_INPUT, "it is no JSON object");
	if (!tc_json_int64(tc_json_get(certificate, "chainOfTrustVersion"), &number) ||
		number != VERSION)
		return tc_error_set(err, TC_ERROR_INPUT,
			"chainOfTrustVersion is not %d, the only one that is known", VERSION);
	if (!tc_json_int64(tc_json_get(certificate, "runId"), &number) || number < 0)
		return tc_error_set(
			err, TC_ERROR_INPUT, "runId is absent, or no number; expected 0 or more");
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (tc_json_kind(tc_json_get(certificate, needed[i].name)) != needed[i].kind)
			return tc_error_set(err, TC_ERROR_INPUT, "%s is absent, or not %s",
				needed[i].name, needed[i].what);
	return TC_OK;
}

int tc__trust_read(const char *text, size_t length, const tc_json **certificate, tc_error *err)
{
	const tc_json *read = NULL;

	*certificate = NULL;
	if (length > TC_TRUST_SIZE_MAX)
		return tc_error_set(err, TC_ERROR_INPUT, "it has %zu bytes; expected up to %zu",
			length, TC_TRUST_SIZE_MAX);
	int rc = tc_json_read(text, length, TC_JSON_MEND, &read, err);
	if (rc == TC_OK)
		rc = check_members(read, err);
	if (rc == TC_OK)
		rc = check_artifacts(tc_json_get(read, "artifacts"), err);
	if (rc != TC_OK)
		tc_release(read);
	else
		*certificate = read;
	return rc;
}

/* ---- what it covers ---- */

static void take_digest(const tc_json *digests, const char *name, char *digest, size_t size)
{
	const tc_json *json = tc_json_get(digests, name);

	*digest = '\0';
	if (json)
		memcpy(digest, tc_json_text(json), size);
}

bool tc__trust_covers(
	const tc_json *certificate, const char *name, struct tc__digests_expected *expected)
{
	const tc_json *digests = tc_json_get(tc_json_get(certificate, "artifacts"), name);

	take_digest(digests, "sha256", expected->sha256, sizeof expected->sha256);
	take_digest(digests, "sha512", expected->sha512, sizeof expected->sha512);
	return digests;
}

/* ---- its signature ---- */

static int check_signature(const void *text, size_t length, const void *signature,
	size_t signature_length, const char *const *public_keys, size_t count, tc_error *err)
{
	if (signature_length != TC_TRUST_SIGNATURE_SIZE)
		return tc_error_set(err, TC_ERROR_INPUT,
			"the signature has %zu bytes; expected the %d of Ed25519", signature_length,
			TC_TRUST_SIGNATURE_SIZE);
	if (tc__public_keys_verify(public_keys, count, text, length, signature))
		return TC_OK;
	return tc_error_set(err, TC_ERROR_INPUT,
		"the signature is of none of the %zu keys that are trusted", count);
}

/* What nobody signed who is trusted is not even read. */
int tc_trust_check(const void *text, size_t length, const void *signature, size_t signature_length,
	const char *const *public_keys, size_t public_keys_count, const tc_json **certificate,
	tc_error *err)
{
	const struct tc__needed needed[] = { { "text", text }, { "signature", signature } };
	const tc_json *read = NULL;

	tc_error_clear(err);
	if (certificate)
		*certificate = NULL;
	int rc = tc__check_needed(needed, sizeof needed / sizeof *needed, err);
	if (rc == TC_OK)
		rc = tc__public_keys_check(public_keys, public_keys_count, err);
	if (rc == TC_OK)
		rc = check_signature(text, length, signature, signature_length, public_keys,
			public_keys_count, err);
	if (rc == TC_OK)
		rc = tc__trust_read(text, length, &read, err);
	if (rc == TC_OK && certificate)
		*certificate = read;
	else
		tc_release(read);
	return rc;
}
