/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/auth/certificate.h"

#include "tools/sandbox/auth/scopes.h"
#include "tools/sandbox/base/digest.h"
#include <taskcluster/json.h>
#include <taskcluster/slugid.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GRACE_MS (5 * 60 * 1000)
#define SPAN_MAX_MS ((int64_t)31 * 24 * 60 * 60 * 1000)
#define TEXT_MAX 100000

struct certificate {
	const char *seed, *signature, *issuer;
	struct tc_scopes scopes;
	int64_t start, expiry;
};

TC_PRINTF(2, 3)
static enum verify_outcome refuse(struct verify_result *result, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(result->message, sizeof result->message, format, arguments);
	va_end(arguments);
	return VERIFY_REFUSED;
}

static bool is_text(const tc_json *json)
{
	return tc_json_kind(json) == TC_JSON_STRING;
}

/* Why a certificate is malformed, or NULL. */
static const char *read_certificate(
	struct tc__arena *arena, const tc_json *json, struct certificate *certificate)
{
	const tc_json *issuer = tc_json_get(json, "issuer");
	int64_t version;

	if (tc_json_kind(json) != TC_JSON_OBJECT)
		return "ext.certificate must be a JSON object";
	if (!tc_json_int64(tc_json_get(json, "version"), &version) || version != 1)
		return "ext.certificate.version must be 1";
	if (!is_text(tc_json_get(json, "seed")))
		return "ext.certificate.seed must be a string";
	certificate->seed = tc_json_text(tc_json_get(json, "seed"));
	if (strlen(certificate->seed) != 44)
		return "ext.certificate.seed must be 44 characters";
	if (!tc_json_int64(tc_json_get(json, "start"), &certificate->start))
		return "ext.certificate.start must be a number";
	if (!tc_json_int64(tc_json_get(json, "expiry"), &certificate->expiry))
		return "ext.certificate.expiry must be a number";
	if (!scopes_read(arena, tc_json_get(json, "scopes"), &certificate->scopes) ||
		tc_json_kind(tc_json_get(json, "scopes")) != TC_JSON_ARRAY)
		return "ext.certificate.scopes must be an array of valid scopes";
	if (!is_text(tc_json_get(json, "signature")))
		return "ext.certificate.signature must be a string";
	certificate->signature = tc_json_text(tc_json_get(json, "signature"));
	if (issuer && !is_text(issuer))
		return "ext.certificate.issuer must be a string";
	certificate->issuer = tc_json_text(issuer);
	return NULL;
}

static bool sign(const struct certificate *certificate, const char *name, const char *token,
	char signature[DIGEST_SIZE])
{
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);

	tc__buffer_text(&text, "version:1\n");
	if (certificate->issuer)
		tc__buffer_printf(&text, "clientId:%s\nissuer:%s\n", name, certificate->issuer);
	tc__buffer_printf(&text, "seed:%s\nstart:%lld\nexpiry:%lld\nscopes:", certificate->seed,
		(long long)certificate->start, (long long)certificate->expiry);
	for (size_t i = 0; i < certificate->scopes.count; i++)
		tc__buffer_printf(&text, "\n%s", certificate->scopes.scopes[i]);
	bool ok =
		!tc__buffer_failed(&text) && digest_hmac(token, text.data, text.length, signature);
	tc__buffer_clear(&text);
	return ok;
}

static enum verify_outcome check_span(
	const struct certificate *certificate, int64_t now_ms, struct verify_result *result)
{
	if (certificate->start > now_ms + GRACE_MS)
		return refuse(result, "ext.certificate.start > now");
	if (certificate->expiry < now_ms - GRACE_MS)
		return refuse(result, "ext.certificate.expiry < now");
	if (certificate->start > certificate->expiry ||
		certificate->expiry - certificate->start > SPAN_MAX_MS)
		return refuse(result, "ext.certificate cannot last longer than 31 days!");
	return VERIFY_OK;
}

static const char *first_uncovered(const struct tc_scopes *held, const struct tc_scopes *wanted)
{
	for (size_t i = 0; i < wanted->count; i++) {
		if (!scopes_cover(held, wanted->scopes[i]))
			return wanted->scopes[i];
	}
	return NULL;
}

/* Replaces the issuer in `result` by the temporary credentials that it signed. */
static enum verify_outcome apply(struct tc__arena *arena, const struct verify_keys *keys,
	const struct certificate *certificate, const char *client_id, int64_t now_ms,
	struct verify_result *result)
{
	char wanted[600];
	char signature[DIGEST_SIZE];
	char token[DIGEST_SIZE];
	enum verify_outcome outcome = check_span(certificate, now_ms, result);

	if (outcome != VERIFY_OK)
		return outcome;
	if (certificate->issuer) {
		snprintf(wanted, sizeof wanted, "auth:create-client:%s", client_id);
		if (strcmp(certificate->issuer, client_id) == 0)
			return refuse(result,
				"ext.certificate.issuer must differ from the "
				"supplied clientId");
		if (!scopes_cover(&result->scopes, wanted))
			return refuse(result,
				"ext.certificate.issuer doesn't have `%s` for "
				"supplied clientId.",
				wanted);
	}
	const char *uncovered = first_uncovered(&result->scopes, &certificate->scopes);
	if (uncovered)
		return refuse(result,
			"ext.certificate issuer `%s` doesn't satisfy "
			"certificate's scopes: `%s` is missing",
			certificate->issuer ? certificate->issuer : client_id, uncovered);
	if (!sign(certificate, client_id, result->access_token, signature))
		return VERIFY_EXHAUSTED;
	if (!digest_same(signature, certificate->signature))
		return refuse(result,
			"ext.certificate.signature is not valid, or wrong clientId "
			"provided");
	if (!digest_hmac_url(result->access_token, certificate->seed, 44, token))
		return VERIFY_EXHAUSTED;
	result->access_token = tc__arena_text(arena, token, strlen(token));
	result->scopes = keys->expand(keys->data, arena, &certificate->scopes);
	if (certificate->expiry < result->expires_ms)
		result->expires_ms = certificate->expiry;
	return result->access_token ? VERIFY_OK : VERIFY_EXHAUSTED;
}

static enum verify_outcome restrict_scopes(struct tc__arena *arena, const struct verify_keys *keys,
	const tc_json *list, struct verify_result *result)
{
	struct tc_scopes wanted;

	if (tc_json_kind(list) != TC_JSON_ARRAY || !scopes_read(arena, list, &wanted))
		return refuse(result, "ext.authorizedScopes must be an array of valid scopes");
	const char *uncovered = first_uncovered(&result->scopes, &wanted);
	if (uncovered)
		return refuse(result,
			"ext.authorizedScopes oversteps your scopes: `%s` is not "
			"satisfied",
			uncovered);
	result->scopes = keys->expand(keys->data, arena, &wanted);
	return VERIFY_OK;
}

static enum verify_outcome find_client(struct tc__arena *arena, const struct verify_keys *keys,
	const char *client_id, int64_t now_ms, struct verify_result *result)
{
	struct verify_client client = { 0 };
	const char *unusable = NULL;

	if (!keys->find(keys->data, arena, client_id, &client, &unusable))
		return refuse(result, "Unauthorized: no client with clientId %.150s", client_id);
	if (unusable)
		return refuse(result, "Unauthorized: client %.150s is %s", client_id, unusable);
	if (client.expires_ms <= now_ms)
		return refuse(result, "Unauthorized: client %.150s has expired", client_id);
	result->access_token = client.access_token;
	result->scopes = client.scopes;
	result->expires_ms = client.expires_ms;
	return VERIFY_OK;
}

static enum verify_outcome resolve(struct tc__arena *arena, const struct verify_keys *keys,
	const char *client_id, const tc_json *ext, int64_t now_ms, struct verify_result *result)
{
	const tc_json *json = tc_json_get(ext, "certificate");
	const tc_json *authorized = tc_json_get(ext, "authorizedScopes");
	struct certificate certificate = { 0 };
	const char *problem = json ? read_certificate(arena, json, &certificate) : NULL;

	if (problem)
		return refuse(result, "%s", problem);
	enum verify_outcome outcome = find_client(
		arena, keys, certificate.issuer ? certificate.issuer : client_id, now_ms, result);
	if (outcome == VERIFY_OK && json)
		outcome = apply(arena, keys, &certificate, client_id, now_ms, result);
	if (outcome == VERIFY_OK && authorized)
		outcome = restrict_scopes(arena, keys, authorized, result);
	return outcome;
}

enum verify_outcome certificate_resolve(struct tc__arena *arena, const struct verify_keys *keys,
	const char *client_id, const char *ext, int64_t now_ms, struct verify_result *result)
{
	const tc_json *json = NULL;
	size_t length = ext ? strlen(ext) : 0;

	result->client_id = client_id;
	if (!ext)
		return resolve(arena, keys, client_id, NULL, now_ms, result);
	char *text = tc__arena_bytes(arena, length + 4);
	if (!text)
		return VERIFY_EXHAUSTED;
	if (!digest_unbase64(ext, length, text, &length) ||
		tc_json_parse(text, length, &json, NULL) != TC_OK ||
		tc_json_kind(json) != TC_JSON_OBJECT) {
		tc_release(json);
		return refuse(result, "Failed to parse ext");
	}
	/* the scopes of the result are copies, and the message too: the tree may go */
	enum verify_outcome outcome = resolve(arena, keys, client_id, json, now_ms, result);
	tc_release(json);
	return outcome;
}

static void write_certificate(
	struct tc__buffer *text, const struct certificate *certificate, const char *signature)
{
	tc__buffer_text(text, "{\"version\":1,\"scopes\":[");
	for (size_t i = 0; i < certificate->scopes.count; i++) {
		tc__buffer_text(text, i ? ",\"" : "\"");
		for (const char *c = certificate->scopes.scopes[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				tc__buffer_char(text, '\\');
			tc__buffer_char(text, *c);
		}
		tc__buffer_char(text, '"');
	}
	tc__buffer_printf(text,
		"],\"start\":%lld,\"expiry\":%lld,\"seed\":\"%s\","
		"\"signature\":\"%s\"",
		(long long)certificate->start, (long long)certificate->expiry, certificate->seed,
		signature);
	if (certificate->issuer)
		tc__buffer_printf(text, ",\"issuer\":\"%s\"", certificate->issuer);
	tc__buffer_char(text, '}');
}

bool certificate_make(struct tc__arena *arena, const char *issuer, const char *issuer_token,
	const char *name, const struct tc_scopes *scopes, int64_t start_ms, int64_t expiry_ms,
	const char **certificate, const char **access_token)
{
	char seed[2 * TC_SLUGID_SIZE];
	char signature[DIGEST_SIZE];
	char token[DIGEST_SIZE];
	struct tc__buffer text = TC__BUFFER(TEXT_MAX);

	tc_slugid_v4(seed);
	tc_slugid_v4(seed + TC_SLUGID_SIZE - 1);
	struct certificate made = { .seed = seed,
		.issuer = name ? issuer : NULL,
		.scopes = *scopes,
		.start = start_ms,
		.expiry = expiry_ms };
	bool ok = sign(&made, name ? name : issuer, issuer_token, signature) &&
		digest_hmac_url(issuer_token, seed, 44, token);
	if (ok)
		write_certificate(&text, &made, signature);
	ok = ok && !tc__buffer_failed(&text);
	*certificate = ok ? tc__arena_text(arena, text.data, text.length) : NULL;
	*access_token = ok ? tc__arena_text(arena, token, strlen(token)) : NULL;
	tc__buffer_clear(&text);
	return *certificate && *access_token;
}
