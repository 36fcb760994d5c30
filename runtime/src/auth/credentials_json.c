/* SPDX-License-Identifier: MPL-2.0 */
/* Credentials from JSON and to it. */
#include "runtime/src/auth/credentials_make.h"
#include "runtime/src/base/error.h"
#include "runtime/src/json/json.h"
#include <string.h>

/* A member of credentials in JSON; null is absent, and NULL too. */
static const tc_json *member_of(const tc_json *json, const char *name)
{
	const tc_json *value = tc_json_get(json, name);

	return tc_json_kind(value) == TC_JSON_NULL ? NULL : value;
}

static int fail_member(const char *name, const char *expected, const tc_json *value, tc_error *err)
{
	return tc__fail(err, TC_ERROR_CREDENTIALS, "credentials: %s is %s; expected %s", name,
		value ? "of the wrong kind" : "missing", expected);
}

/* The certificate as text: *text is for tc_release, and NULL for permanent credentials. */
static int certificate_text(const tc_json *json, char **text, tc_error *err)
{
	const tc_json *value = member_of(json, "certificate");
	const char *given = tc__json_plain_text(value);

	if (!value || (given && !*given))
		return TC_OK;
	if (tc_json_kind(value) == TC_JSON_OBJECT)
		return tc_json_write(value, TC_JSON_COMPACT, text, NULL, err);
	if (!given)
		return fail_member("certificate", "an object, or its text", value, err);
	*text = tc__object_text(given, strlen(given));
	return *text ? TC_OK : tc__fail_nomem(err);
}

/* *texts is for tc_release; what it points to lies in the JSON. */
static int authorized_scopes(const tc_json *json, const char ***texts, size_t *count, tc_error *err)
{
	const tc_json *value = member_of(json, "authorizedScopes");

	if (!value)
		return TC_OK;
	if (tc_json_kind(value) != TC_JSON_ARRAY)
		return fail_member("authorizedScopes", "a list of texts", value, err);
	*count = tc_json_count(value);
	*texts = tc__object_alloc(*count * sizeof **texts);
	if (!*texts)
		return tc__fail_nomem(err);
	for (size_t i = 0; i < *count; i++) {
		(*texts)[i] = tc__json_plain_text(tc_json_item(value, i));
		if (!(*texts)[i])
			return fail_member("authorizedScopes", "a list of texts", value, err);
	}
	return TC_OK;
}

tc_credentials *tc_credentials_from_json(const tc_json *json, tc_error *err)
{
	const tc_json *id = member_of(json, "clientId");
	const tc_json *token = member_of(json, "accessToken");
	const char **scopes = NULL;
	char *certificate = NULL;
	struct tc_scopes authorized = { 0 };
	tc_credentials *made = NULL;

	tc_error_clear(err);
	if (tc_json_kind(json) != TC_JSON_OBJECT) {
		tc__fail(err, TC_ERROR_CREDENTIALS,
			"credentials: expected a JSON object {clientId, accessToken, "
			"certificate?}");
		return NULL;
	}
	struct tc__origin origin = { .client_id = tc__json_plain_text(id) };
	if (!origin.client_id)
		fail_member("clientId", "a text", id, err);
	else if (!tc__json_plain_text(token))
		fail_member("accessToken", "a text", token, err);
	else if (certificate_text(json, &certificate, err) == TC_OK &&
		authorized_scopes(json, &scopes, &authorized.count, err) == TC_OK) {
		authorized.scopes = scopes;
		origin.certificate = certificate;
		origin.authorized = scopes ? &authorized : NULL;
		made = tc__credentials_make_with(&origin, tc__json_plain_text(token), err);
	}
	tc_release(scopes);
	tc_release(certificate);
	return made;
}

static void add_token(void *builder, const char *text, size_t length)
{
	tc_json_add_string_n(builder, text, length);
}

int tc_credentials_reveal(const tc_credentials *credentials, const tc_json **json, tc_error *err)
{
	tc_error_clear(err);
	if (json)
		*json = NULL;
	if (!credentials || !json)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "%s is NULL", credentials ? "json" : "credentials");
	tc_json_builder *builder = tc__json_builder_new_secret();
	tc_json_add_object(builder);
	tc_json_add_name(builder, "clientId");
	tc_json_add_string(builder, credentials->client_id);
	tc_json_add_name(builder, "accessToken");
	int rc = tc__token_read(credentials->token, add_token, builder, err);
	if (rc != TC_OK) {
		tc_json_builder_free(builder);
		return rc;
	}
	if (credentials->certificate_text) {
		tc_json_add_name(builder, "certificate");
		tc_json_add_string(builder, credentials->certificate_text);
	}
	tc_json_end(builder);
	return tc_json_build(builder, json, err);
}
