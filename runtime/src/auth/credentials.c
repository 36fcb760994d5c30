/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/auth/credentials.h"

#include "runtime/src/auth/credentials_make.h"
#include "runtime/src/base/error.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rule of Hawk's attributes: printable ASCII without quotes and backslashes. */
static int check_client_id(const char *client_id, tc_error *err)
{
	if (!*client_id)
		return tc__fail(err, TC_ERROR_CREDENTIALS, "the client id is empty");
	for (const char *at = client_id; *at; at++)
		if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\')
			return tc__fail(err, TC_ERROR_CREDENTIALS,
				"the client id has byte 0x%02x at position %zu, which a Hawk "
				"header cannot carry",
				(unsigned)(unsigned char)*at, (size_t)(at - client_id));
	return TC_OK;
}

/* What a file, a shell or a copy adds to a token, such as the end of its line or quotes, would make
 * every signature wrong. */
static int check_token(const char *token, tc_error *err)
{
	if (!*token)
		return tc__fail(err, TC_ERROR_CREDENTIALS, "the access token is empty");
	for (const char *at = token; *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("\"'\\", *at))
			return tc__fail(err, TC_ERROR_CREDENTIALS,
				"the access token has byte 0x%02x at position %zu; expected "
				"printable ASCII without blanks, quotes and backslashes",
				(unsigned)(unsigned char)*at, (size_t)(at - token));
	return TC_OK;
}

/* RFC 7617, 2 */
static int check_password(const char *password, tc_error *err)
{
	if (!*password)
		return tc__fail(err, TC_ERROR_CREDENTIALS, "the password is empty");
	for (const char *at = password; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return tc__fail(err, TC_ERROR_CREDENTIALS,
				"the password has byte 0x%02x at position %zu; expected no control "
				"characters",
				(unsigned)*at, (size_t)(at - password));
	return TC_OK;
}

int tc__credentials_check_scopes(const char *what, const struct tc_scopes *scopes, tc_error *err)
{
	if (scopes->count > 0 && !scopes->scopes)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s: the list is NULL", what);
	for (size_t i = 0; i < scopes->count; i++) {
		int rc = tc_scope_check(scopes->scopes[i], err);
		if (rc == TC_OK)
			continue;
		tc_error_prefix(err, "%s[%zu]", what, i);
		return rc;
	}
	return TC_OK;
}

bool tc__credentials_copy_scopes(
	struct tc__arena *arena, const struct tc_scopes *from, struct tc_scopes *to)
{
	const char **texts = tc__arena_alloc(arena, from->count * sizeof *texts);

	if (!texts)
		return false;
	for (size_t i = 0; i < from->count; i++) {
		texts[i] = tc__arena_string(arena, from->scopes[i]);
		if (!texts[i])
			return false;
	}
	*to = (struct tc_scopes){ texts, from->count };
	return true;
}

/* The certificate as read, moved from the JSON that it lies in to the arena. */
static bool keep_certificate(struct tc_credentials *made, const struct tc__certificate *read)
{
	struct tc__certificate *kept = &made->certificate;

	*kept = *read;
	kept->seed = kept->signature = NULL; /* they are in the text */
	if (read->issuer) {
		kept->issuer = tc__arena_string(&made->arena, read->issuer);
		if (!kept->issuer)
			return false;
	}
	return tc__credentials_copy_scopes(&made->arena, &read->scopes, &kept->scopes);
}

static int read_certificate(
	struct tc_credentials *made, const char *text, const tc_json **json, tc_error *err)
{
	struct tc__certificate read = { 0 };

	int rc = tc_json_parse(text, strlen(text), json, err);
	if (rc == TC_ERROR_INPUT)
		rc = tc__fail(err, TC_ERROR_CREDENTIALS, "the certificate is no JSON: %s",
			tc_error_text(err));
	if (rc != TC_OK)
		return rc;
	made->certificate_text = tc__arena_string(&made->arena, text);
	if (!made->certificate_text)
		return tc__fail_nomem(err);
	rc = tc__certificate_read(*json, made->client_id, &made->arena, &read, err);
	if (rc != TC_OK)
		return rc;
	return keep_certificate(made, &read) ? TC_OK : tc__fail_nomem(err);
}

/* {certificate?, authorizedScopes?}; the certificate as an object, however it was given. */
static int build_ext(const struct tc_credentials *made, const tc_json *certificate,
	const tc_json **json, tc_error *err)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	if (certificate) {
		tc_json_add_name(builder, "certificate");
		tc_json_add_json(builder, certificate);
	}
	if (made->authorized) {
		tc_json_add_name(builder, "authorizedScopes");
		tc_json_add_array(builder);
		for (size_t i = 0; i < made->authorized_scopes.count; i++)
			tc_json_add_string(builder, made->authorized_scopes.scopes[i]);
		tc_json_end(builder);
	}
	tc_json_end(builder);
	return tc_json_build(builder, json, err);
}

static int make_ext(struct tc_credentials *made, const tc_json *certificate, tc_error *err)
{
	const tc_json *json = NULL;
	char *text = NULL;
	size_t length = 0;

	if (!certificate && !made->authorized)
		return TC_OK;
	int rc = build_ext(made, certificate, &json, err);
	if (rc == TC_OK)
		rc = tc_json_write(json, TC_JSON_COMPACT, &text, &length, err);
	tc_release(json);
	if (rc != TC_OK)
		return rc;
	size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
	char *ext = tc__arena_bytes(&made->arena, size);
	if (ext)
		made->ext = sodium_bin2base64(ext, size, (const unsigned char *)text, length,
			sodium_base64_VARIANT_ORIGINAL);
	tc_release(text);
	return ext ? TC_OK : tc__fail_nomem(err);
}

static size_t scopes_length(const struct tc_scopes *scopes)
{
	size_t length = 0;

	for (size_t i = 0; i < scopes->count; i++)
		length += strlen(scopes->scopes[i]);
	return length;
}

/* The largest part of a header is the one to name when it is too long. */
static void describe_bulk(struct tc_credentials *made)
{
	const struct tc_scopes *carried = &made->certificate.scopes;
	const struct tc_scopes *authorized = &made->authorized_scopes;
	size_t id = strlen(made->client_id), in_list = scopes_length(authorized);
	size_t in_certificate = made->certificate_text ? strlen(made->certificate_text) : 0;

	if (id >= in_certificate && id >= in_list)
		snprintf(made->bulk, TC__BULK_SIZE, "a client id of %zu characters", id);
	else if (in_certificate >= in_list)
		snprintf(made->bulk, TC__BULK_SIZE, "a certificate with %zu scope%s",
			carried->count, carried->count == 1 ? "" : "s");
	else
		snprintf(made->bulk, TC__BULK_SIZE, "a list of %zu authorized scope%s",
			authorized->count, authorized->count == 1 ? "" : "s");
}

static int fill(struct tc_credentials *made, const struct tc__origin *origin, tc_error *err)
{
	const tc_json *certificate = NULL;

	int rc = check_client_id(origin->client_id, err);
	if (rc == TC_OK && origin->authorized)
		rc = tc__credentials_check_scopes("authorizedScopes", origin->authorized, err);
	if (rc != TC_OK)
		return rc;
	made->authorized = origin->authorized != NULL;
	made->client_id = tc__arena_string(&made->arena, origin->client_id);
	if (!made->client_id)
		return tc__fail_nomem(err);
	if (made->authorized &&
		!tc__credentials_copy_scopes(
			&made->arena, origin->authorized, &made->authorized_scopes))
		return tc__fail_nomem(err);
	if (origin->certificate)
		rc = read_certificate(made, origin->certificate, &certificate, err);
	if (rc == TC_OK)
		rc = make_ext(made, certificate, err);
	tc_release(certificate);
	describe_bulk(made);
	return rc;
}

static void release(void *handle)
{
	tc_credentials *credentials = handle;

	if (atomic_fetch_sub_explicit(&credentials->references, 1, memory_order_acq_rel) != 1)
		return;
	tc__token_free(credentials->token);
	tc__arena_clear(&credentials->arena);
	tc__handle_end(credentials);
}

tc_credentials *tc__credentials_make(const struct tc__origin *origin, tc_error *err)
{
	tc_credentials *made = tc__handle_alloc(sizeof *made, release);

	if (!made) {
		tc__fail_nomem(err);
		return NULL;
	}
	atomic_init(&made->references, 1);
	made->token = tc__token_ref(origin->token);
	if (fill(made, origin, err) == TC_OK)
		return made;
	tc_credentials_free(made);
	return NULL;
}

/* With a secret that has been checked and is yet to be guarded. */
static tc_credentials *make_of(const struct tc__origin *origin, const char *secret, tc_error *err)
{
	struct tc__origin whole = *origin;

	whole.token = tc__token_new(secret, strlen(secret), err);
	if (!whole.token)
		return NULL;
	tc_credentials *made = tc__credentials_make(&whole, err);
	tc__token_free(whole.token);
	return made;
}

tc_credentials *tc__credentials_make_with(
	const struct tc__origin *origin, const char *access_token, tc_error *err)
{
	return check_token(access_token, err) == TC_OK ? make_of(origin, access_token, err) : NULL;
}

tc_credentials *tc_credentials_password(const char *user, const char *password, tc_error *err)
{
	const struct tc__origin origin = { .client_id = user };

	tc_error_clear(err);
	if (!user || !password) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", user ? "password" : "user");
		return NULL;
	}
	return check_password(password, err) == TC_OK ? make_of(&origin, password, err) : NULL;
}

tc_credentials *tc_credentials_new(
	const char *client_id, const char *access_token, const char *certificate, tc_error *err)
{
	struct tc__origin origin = { .client_id = client_id };

	tc_error_clear(err);
	if (!client_id || !access_token) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL",
			client_id ? "access_token" : "client_id");
		return NULL;
	}
	if (certificate && *certificate)
		origin.certificate = certificate;
	return tc__credentials_make_with(&origin, access_token, err);
}

tc_credentials *tc_credentials_from_environment(tc_error *err)
{
	static const char id_name[] = "TASKCLUSTER_CLIENT_ID";
	static const char token_name[] = "TASKCLUSTER_ACCESS_TOKEN";
	const char *id = getenv(id_name), *token = getenv(token_name);
	const char *missing = !id || !*id ? id_name : NULL;

	tc_error_clear(err);
	if (!missing && (!token || !*token))
		missing = token_name;
	if (missing) {
		tc__fail(err, TC_ERROR_CREDENTIALS,
			"the environment variable %s is not set, or empty", missing);
		return NULL;
	}
	tc_credentials *made =
		tc_credentials_new(id, token, getenv("TASKCLUSTER_CERTIFICATE"), err);
	if (!made)
		tc_error_prefix(err, "credentials from TASKCLUSTER_… in the environment");
	return made;
}

tc_credentials *tc_credentials_authorize(
	const tc_credentials *credentials, const struct tc_scopes *scopes, tc_error *err)
{
	tc_error_clear(err);
	if (!credentials || !scopes) {
		tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL",
			credentials ? "scopes" : "credentials");
		return NULL;
	}
	return tc__credentials_make(&(struct tc__origin){ .client_id = credentials->client_id,
					    .token = credentials->token,
					    .certificate = credentials->certificate_text,
					    .authorized = scopes },
		err);
}

tc_credentials *tc_credentials_ref(const tc_credentials *credentials)
{
	/* the count is all that ever changes, and nobody else sees it */
	tc_credentials *shared = (tc_credentials *)(uintptr_t)credentials;

	if (shared)
		atomic_fetch_add_explicit(&shared->references, 1, memory_order_relaxed);
	return shared;
}

void tc_credentials_free(tc_credentials *credentials)
{
	tc_release(credentials);
}

const char *tc__credentials_client_id(const tc_credentials *credentials)
{
	return credentials->client_id;
}

const char *tc__credentials_ext(const tc_credentials *credentials)
{
	return credentials->ext;
}

const struct tc__hmac_key *tc__credentials_key(const tc_credentials *credentials)
{
	return tc__token_key(credentials->token);
}

const char *tc__credentials_bulk(const tc_credentials *credentials)
{
	return credentials->bulk;
}
