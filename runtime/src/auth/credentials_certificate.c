/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/auth/credentials_certificate.h"

#include "runtime/src/base/error.h"
#include "runtime/src/json/json.h"
#include <string.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* The end of the year 9999, in ms since 1970: more is no time that anybody can write. */
#define TIME_MAX_MS INT64_C(253402300799999)

int tc__certificate_check_span(int64_t start_ms, int64_t expiry_ms, int code, tc_error *err)
{
	if (start_ms < 0 || start_ms > TIME_MAX_MS)
		return tc__fail(
			err, code, "start is %lld, no time in ms since 1970", (long long)start_ms);
	if (expiry_ms < 0 || expiry_ms > TIME_MAX_MS)
		return tc__fail(err, code, "expiry is %lld, no time in ms since 1970",
			(long long)expiry_ms);
	if (start_ms > expiry_ms)
		return tc__fail(err, code, "start (%lld) comes after expiry (%lld)",
			(long long)start_ms, (long long)expiry_ms);
	if (expiry_ms - start_ms > TC__TEMPORARY_MAX_MS)
		return tc__fail(err, code,
			"start and expiry are %lld ms apart; temporary credentials may last %d "
			"days",
			(long long)(expiry_ms - start_ms), (int)(TC__TEMPORARY_MAX_MS / DAY_MS));
	return TC_OK;
}

static int fail_member(const char *name, const char *expected, const tc_json *value, tc_error *err)
{
	return tc__fail(err, TC_ERROR_CREDENTIALS, "%s is %s; expected %s", name,
		value ? "of the wrong kind or malformed" : "missing", expected);
}

static int read_text(const tc_json *json, const char *name, const char **text, tc_error *err)
{
	const tc_json *value = tc_json_get(json, name);

	*text = tc__json_plain_text(value);
	if (!*text || !**text)
		return fail_member(name, "a text", value, err);
	return TC_OK;
}

static int read_time(const tc_json *json, const char *name, int64_t *time, tc_error *err)
{
	const tc_json *value = tc_json_get(json, name);

	if (!tc_json_int64(value, time))
		return fail_member(name, "a number of ms since 1970", value, err);
	return TC_OK;
}

static int read_scopes(
	const tc_json *json, struct tc__arena *arena, struct tc_scopes *scopes, tc_error *err)
{
	const tc_json *list = tc_json_get(json, "scopes");
	size_t count = tc_json_count(list);

	if (tc_json_kind(list) != TC_JSON_ARRAY)
		return fail_member("scopes", "a list of texts", list, err);
	const char **texts = tc__arena_alloc(arena, count * sizeof *texts);
	if (!texts)
		return tc__fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		texts[i] = tc__json_plain_text(tc_json_item(list, i));
		if (!texts[i] || tc_scope_check(texts[i], NULL) != TC_OK)
			return tc__fail(err, TC_ERROR_CREDENTIALS,
				"scopes[%zu] is malformed; expected a text of printable ASCII", i);
	}
	*scopes = (struct tc_scopes){ texts, count };
	return TC_OK;
}

static int read_version(const tc_json *json, tc_error *err)
{
	const tc_json *value = tc_json_get(json, "version");
	int64_t version;

	if (!tc_json_int64(value, &version) || version != 1)
		return fail_member("version", "1", value, err);
	return TC_OK;
}

/* Only named credentials have one, and it is another client. */
static int read_issuer(
	const tc_json *json, const char *client_id, const char **issuer, tc_error *err)
{
	*issuer = NULL;
	if (!tc_json_get(json, "issuer"))
		return TC_OK;
	int rc = read_text(json, "issuer", issuer, err);
	if (rc == TC_OK && strcmp(*issuer, client_id) == 0)
		rc = tc__fail(err, TC_ERROR_CREDENTIALS,
			"issuer is the client id itself; credentials that go by their issuer's "
			"name have none");
	return rc;
}

static int read_members(const tc_json *json, const char *client_id, struct tc__arena *arena,
	struct tc__certificate *certificate, tc_error *err)
{
	int rc = read_version(json, err);
	if (rc == TC_OK)
		rc = read_scopes(json, arena, &certificate->scopes, err);
	if (rc == TC_OK)
		rc = read_time(json, "start", &certificate->start_ms, err);
	if (rc == TC_OK)
		rc = read_time(json, "expiry", &certificate->expiry_ms, err);
	if (rc == TC_OK)
		rc = tc__certificate_check_span(
			certificate->start_ms, certificate->expiry_ms, TC_ERROR_CREDENTIALS, err);
	if (rc == TC_OK)
		rc = read_text(json, "seed", &certificate->seed, err);
	if (rc == TC_OK && strlen(certificate->seed) != TC__SEED_LENGTH)
		rc = tc__fail(err, TC_ERROR_CREDENTIALS, "seed has %zu characters; expected %d",
			strlen(certificate->seed), TC__SEED_LENGTH);
	if (rc == TC_OK)
		rc = read_text(json, "signature", &certificate->signature, err);
	if (rc == TC_OK)
		rc = read_issuer(json, client_id, &certificate->issuer, err);
	return rc;
}

int tc__certificate_read(const tc_json *json, const char *client_id, struct tc__arena *arena,
	struct tc__certificate *certificate, tc_error *err)
{
	int rc;

	if (tc_json_kind(json) == TC_JSON_OBJECT)
		rc = read_members(json, client_id, arena, certificate, err);
	else
		rc = tc__fail(err, TC_ERROR_CREDENTIALS, "expected a JSON object");
	if (rc != TC_OK)
		tc_error_prefix(err, "certificate");
	return rc;
}

void tc__certificate_to_sign(
	struct tc__buffer *text, const struct tc__certificate *certificate, const char *client_id)
{
	tc__buffer_text(text, "version:1\n");
	if (certificate->issuer)
		tc__buffer_printf(text, "clientId:%s\nissuer:%s\n", client_id, certificate->issuer);
	tc__buffer_printf(text, "seed:%s\nstart:%lld\nexpiry:%lld\nscopes:", certificate->seed,
		(long long)certificate->start_ms, (long long)certificate->expiry_ms);
	for (size_t i = 0; i < certificate->scopes.count; i++) {
		tc__buffer_char(text, '\n');
		tc__buffer_text(text, certificate->scopes.scopes[i]);
	}
}

int tc__certificate_write(const struct tc__certificate *certificate, char **text, tc_error *err)
{
	tc_json_builder *builder = tc_json_builder_new();
	const tc_json *json;

	tc_json_add_object(builder);
	tc_json_add_name(builder, "version");
	tc_json_add_int64(builder, 1);
	tc_json_add_name(builder, "scopes");
	tc_json_add_array(builder);
	for (size_t i = 0; i < certificate->scopes.count; i++)
		tc_json_add_string(builder, certificate->scopes.scopes[i]);
	tc_json_end(builder);
	tc_json_add_name(builder, "start");
	tc_json_add_int64(builder, certificate->start_ms);
	tc_json_add_name(builder, "expiry");
	tc_json_add_int64(builder, certificate->expiry_ms);
	tc_json_add_name(builder, "seed");
	tc_json_add_string(builder, certificate->seed);
	tc_json_add_name(builder, "signature");
	tc_json_add_string(builder, certificate->signature);
	if (certificate->issuer) {
		tc_json_add_name(builder, "issuer");
		tc_json_add_string(builder, certificate->issuer);
	}
	tc_json_end(builder);
	int rc = tc_json_build(builder, &json, err);
	if (rc != TC_OK)
		return rc;
	rc = tc_json_write(json, TC_JSON_COMPACT, text, NULL, err);
	tc_release(json);
	return rc;
}
