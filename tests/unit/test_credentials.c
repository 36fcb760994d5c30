/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/artifacts.h"
#include "tests/harness/needle.h"
#include "tests/harness/test.h"

#include "runtime/src/auth/credentials.h"
#include "runtime/src/auth/hawk.h"
#include "runtime/src/common/clock.h"
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>

#define SEED "JYR4wzMCTG6XeDS2cDUCMwH0RFUXGfQjK7LgqD-e6lSQ"
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* All members but the one that a test leaves out or replaces. */
#define CERTIFICATE(version, scopes, start, expiry, seed, signature, issuer) \
	"{\"version\":" version ",\"scopes\":" scopes ",\"start\":" start ",\"expiry\":" expiry \
	",\"seed\":" seed ",\"signature\":" signature issuer "}"
#define GOOD_CERTIFICATE \
	CERTIFICATE("1", "[\"a:b\",\"c:*\"]", "1438964811744", "1439051211744", "\"" SEED "\"", \
		"\"45AlB/hKZZZz4Tf3NaidutasfgBnr4t2AxwBiGDQF9Q=\"", "")

static const tc_json *parse(const char *text)
{
	const tc_json *json;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(text, strlen(text), &json, &err), &err);
	return json;
}

static const char *text_at(const tc_json *json, const char *pointer)
{
	return tc_json_text(tc_json_at(json, pointer));
}

/* The ext, decoded. */
static void assert_ext(const tc_credentials *credentials, const char *expected)
{
	const char *ext = tc__credentials_ext(credentials);
	char text[4096];
	size_t length;

	assert_non_null(ext);
	assert_int_equal(sodium_base642bin((unsigned char *)text, sizeof text - 1, ext, strlen(ext),
				 NULL, &length, NULL, sodium_base64_VARIANT_ORIGINAL),
		0);
	text[length] = '\0';
	assert_string_equal(text, expected);
}

static void assert_revealed(const tc_credentials *credentials, const char *expected)
{
	const tc_json *json;
	tc_error err = TC_ERROR_INIT;
	char *text;

	assert_ok(tc_credentials_reveal(credentials, &json, &err), &err);
	assert_ok(tc_json_write(json, TC_JSON_COMPACT, &text, NULL, &err), &err);
	assert_string_equal(text, expected);
	tc_release(text);
	tc_release(json);
}

static void test_permanent(void **state)
{
	tc_error err = TC_ERROR_INIT;
	const struct tc_credentials_facts *info;
	tc_credentials *credentials = tc_credentials_new("tester", "no-secret", NULL, &err);

	(void)state;
	assert_non_null(credentials);
	assert_null(tc__credentials_ext(credentials));
	assert_revealed(credentials, "{\"clientId\":\"tester\",\"accessToken\":\"no-secret\"}");
	assert_ok(tc_credentials_info(credentials, &info, &err), &err);
	tc_credentials_free(credentials); /* the info stands alone */
	assert_string_equal(info->client_id, "tester");
	assert_null(info->issuer);
	assert_false(info->temporary);
	assert_false(info->expired);
	assert_false(info->authorized);
	assert_int_equal(info->start_ms, 0);
	assert_int_equal(info->expiry_ms, 0);
	assert_int_equal(info->scopes.count, 0);
	tc_release(info);
}

static void test_with_certificate(void **state)
{
	tc_error err = TC_ERROR_INIT;
	const struct tc_credentials_facts *info;
	tc_credentials *credentials =
		tc_credentials_new("tester", "no-secret", " " GOOD_CERTIFICATE "\n", &err);

	(void)state;
	assert_non_null(credentials);
	assert_ext(credentials, "{\"certificate\":" GOOD_CERTIFICATE "}");
	assert_ok(tc_credentials_info(credentials, &info, &err), &err);
	assert_true(info->temporary);
	assert_true(info->expired); /* which is told, not refused */
	assert_int_equal(info->start_ms, 1438964811744);
	assert_int_equal(info->expiry_ms, 1439051211744);
	assert_int_equal(info->scopes.count, 2);
	assert_string_equal(info->scopes.scopes[1], "c:*");
	assert_null(info->issuer);
	tc_release(info);
	tc_credentials_free(credentials);
}

static void test_an_empty_certificate_is_none(void **state)
{
	tc_credentials *credentials = tc_credentials_new("tester", "no-secret", "", NULL);

	(void)state;
	assert_non_null(credentials);
	assert_null(tc__credentials_ext(credentials));
	tc_credentials_free(credentials);
}

static void test_refused_ids_and_tokens(void **state)
{
	static const struct {
		const char *id, *token, *message;
		int code;
	} cases[] = {
		{ NULL, "t", "client_id is NULL", TC_ERROR_ARGUMENT },
		{ "i", NULL, "access_token is NULL", TC_ERROR_ARGUMENT },
		{ "", "t", "the client id is empty", TC_ERROR_CREDENTIALS },
		{ "i", "", "the access token is empty", TC_ERROR_CREDENTIALS },
		{ "a\"b", "t", "the client id has byte 0x22 at position 1", TC_ERROR_CREDENTIALS },
		{ "a\\b", "t", "the client id has byte 0x5c", TC_ERROR_CREDENTIALS },
		{ "a\r\nb", "t", "the client id has byte 0x0d", TC_ERROR_CREDENTIALS },
		{ "\nb", "t", "the client id has byte 0x0a at position 0", TC_ERROR_CREDENTIALS },
		{ "caf\xc3\xa9", "t", "the client id has byte 0xc3", TC_ERROR_CREDENTIALS },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(tc_credentials_new(cases[i].id, cases[i].token, NULL, &err));
		assert_failure(&err, cases[i].code, cases[i].message);
	}
	tc_credentials *odd =
		tc_credentials_new("a b'/@*~", "!#$%&()*+,-./:;<=>?@[]^_`{|}~", NULL, &err);
	assert_non_null(odd);
	tc_credentials_free(odd);
}

/* The end of a line, quotes of a shell, an escape: named by place, without the token. */
static void test_what_no_token_has_is_named_by_place(void **state)
{
	static const struct {
		const char *token, *message;
	} cases[] = {
		{ "f9zGcoBT\r", "the access token has byte 0x0d at position 8; expected" },
		{ "f9zGcoBT\n", "the access token has byte 0x0a at position 8" },
		{ "f9zGc oBT", "the access token has byte 0x20 at position 5" },
		{ "\tf9zGcoBT", "the access token has byte 0x09 at position 0" },
		{ "\"f9zGcoBT\"", "the access token has byte 0x22 at position 0" },
		{ "f9zGcoBT'", "the access token has byte 0x27 at position 8" },
		{ "f9zGcoBT\\n", "the access token has byte 0x5c at position 8" },
		{ "f9zGcoBT\x7f", "the access token has byte 0x7f at position 8" },
		{ "f9zGcoBT\xc2\xa0", "the access token has byte 0xc2 at position 8" },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(tc_credentials_new("me", cases[i].token, NULL, &err));
		assert_null(strstr(tc_error_text(&err), "f9z"));
		assert_failure(&err, TC_ERROR_CREDENTIALS, cases[i].message);
	}
	setenv("TASKCLUSTER_CLIENT_ID", "tester", 1);
	setenv("TASKCLUSTER_ACCESS_TOKEN", "f9zGcoBT\r", 1);
	assert_null(tc_credentials_from_environment(&err));
	assert_failure(&err, TC_ERROR_CREDENTIALS,
		"TASKCLUSTER_… in the environment: the access token has byte 0x0d");
}

/* People choose them, and Basic authentication carries all but control characters. */
static void test_passwords_are_no_tokens(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_credentials *user =
		tc_credentials_password("me", "it's \"caf\xc3\xa9\" \\ o'clock", &err);
	struct tc__buffer text = TC__BUFFER(1000);

	(void)state;
	assert_non_null(user);
	assert_ok(tc__credentials_basic(user, &text, &err), &err);
	assert_string_equal(tc__buffer_get(&text), "bWU6aXQncyAiY2Fmw6kiIFwgbydjbG9jaw==");
	tc__buffer_clear(&text);
	tc_credentials_free(user);
	assert_null(tc_credentials_password("me", "secret\r", &err));
	assert_failure(&err, TC_ERROR_CREDENTIALS, "the password has byte 0x0d at position 6");
	assert_null(tc_credentials_password("me", "", &err));
	assert_failure(&err, TC_ERROR_CREDENTIALS, "the password is empty");
	assert_null(tc_credentials_password("", "x", &err));
	assert_failure(&err, TC_ERROR_CREDENTIALS, "the client id is empty");
	assert_null(tc_credentials_password("me", NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "password is NULL");
	assert_null(tc_credentials_password(NULL, "x", &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "user is NULL");
}

static void test_refused_certificates(void **state)
{
#define SIGNATURE "\"45AlB/hKZZZz4Tf3NaidutasfgBnr4t2AxwBiGDQF9Q=\""
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "{", "the certificate is no JSON: " },
		{ "[]", "certificate: expected a JSON object" },
		{ "\"x\"", "certificate: expected a JSON object" },
		{ "{}", "certificate: version is missing; expected 1" },
		{ CERTIFICATE("2", "[]", "1", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: version is of the wrong kind or malformed; expected 1" },
		{ CERTIFICATE("\"1\"", "[]", "1", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: version" },
		{ CERTIFICATE("1", "null", "1", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: scopes" },
		{ CERTIFICATE("1", "\"a\"", "1", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: scopes" },
		{ CERTIFICATE("1", "[\"a\",1]", "1", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: scopes[1] is malformed" },
		{ CERTIFICATE("1", "[\"a\\n\"]", "1", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: scopes[0] is malformed" },
		{ CERTIFICATE("1", "[\"a\\u0000b\"]", "1", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: scopes[0] is malformed" },
		{ CERTIFICATE("1", "[]", "\"1\"", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: start is of the wrong kind" },
		{ CERTIFICATE("1", "[]", "1.5", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: start is of the wrong kind" },
		{ CERTIFICATE("1", "[]", "1", "null", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: expiry is of the wrong kind" },
		{ CERTIFICATE("1", "[]", "-1", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: start is -1, no time" },
		{ CERTIFICATE("1", "[]", "3", "2", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: start (3) comes after expiry (2)" },
		{ CERTIFICATE("1", "[]", "0", "2678400001", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: start and expiry are 2678400001 ms apart" },
		{ CERTIFICATE("1", "[]", "0", "9223372036854775807", "\"" SEED "\"", SIGNATURE, ""),
			"certificate: expiry is 9223372036854775807, no time" },
		{ CERTIFICATE(
			  "1", "[]", "1438964811744", "1439051211744", "\"short\"", SIGNATURE, ""),
			"certificate: seed has 5 characters; expected 44" },
		{ CERTIFICATE("1", "[]", "1438964811744", "1439051211744", "44", SIGNATURE, ""),
			"certificate: seed is of" },
		{ CERTIFICATE(
			  "1", "[]", "1438964811744", "1439051211744", "\"" SEED "\"", "\"\"", ""),
			"certificate: signature is of the wrong kind" },
		{ CERTIFICATE("1", "[]", "1438964811744", "1439051211744", "\"" SEED "\"", "1", ""),
			"certificate: signature" },
		{ CERTIFICATE("1", "[]", "1438964811744", "1439051211744", "\"" SEED "\"",
			  SIGNATURE, ",\"issuer\":null"),
			"certificate: issuer is of the wrong kind" },
		{ CERTIFICATE("1", "[]", "1438964811744", "1439051211744", "\"" SEED "\"",
			  SIGNATURE, ",\"issuer\":\"tester\""),
			"certificate: issuer is the client id itself" },
		{ "{\"version\":1,\"scopes\":[],\"start\":1,\"expiry\":2,\"seed\":\"" SEED "\"}",
			"certificate: signature is missing" },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(tc_credentials_new("tester", "no-secret", cases[i].text, &err));
		assert_failure(&err, TC_ERROR_CREDENTIALS, cases[i].message);
	}
}

/* A certificate of exactly 31 days, and a member that a newer server may add. */
static void test_certificates_at_the_edge(void **state)
{
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_new("tester", "no-secret",
		CERTIFICATE("1", "[]", "0", "2678400000", "\"" SEED "\"", SIGNATURE,
			",\"issuer\":\"other\",\"new\":{}"),
		&err);
	const struct tc_credentials_facts *info;

	(void)state;
	assert_non_null(credentials);
	assert_ok(tc_credentials_info(credentials, &info, &err), &err);
	assert_string_equal(info->issuer, "other");
	assert_true(info->temporary);
	tc_release(info);
	tc_credentials_free(credentials);
}

static void check_from_json(const char *text, const char *ext, const char *revealed)
{
	const tc_json *json = parse(text);
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials = tc_credentials_from_json(json, &err);

	tc_release(json); /* nothing of it is needed any more */
	if (!credentials)
		fail_msg("%s: %s", text, tc_error_text(&err));
	if (ext)
		assert_ext(credentials, ext);
	else
		assert_null(tc__credentials_ext(credentials));
	assert_revealed(credentials, revealed);
	tc_credentials_free(credentials);
}

static void test_from_json(void **state)
{
	static const char bare[] = "{\"clientId\":\"c\",\"accessToken\":\"t\"}";
	const tc_json *as_text;
	tc_json_builder *builder = tc_json_builder_new();
	char *text;

	(void)state;
	check_from_json(bare, NULL, bare);
	check_from_json("{\"accessToken\":\"t\",\"certificate\":null,\"clientId\":\"c\","
			"\"authorizedScopes\":null,\"other\":1}",
		NULL, bare);
	check_from_json(
		"{\"clientId\":\"c\",\"accessToken\":\"t\",\"certificate\":\"\"}", NULL, bare);
	check_from_json("{\"clientId\":\"c\",\"accessToken\":\"t\",\"authorizedScopes\":[]}",
		"{\"authorizedScopes\":[]}", bare);
	/* as an object, and as a string: the same ext */
	tc_json_add_object(builder);
	tc_json_add_name(builder, "clientId");
	tc_json_add_string(builder, "c");
	tc_json_add_name(builder, "accessToken");
	tc_json_add_string(builder, "t");
	tc_json_add_name(builder, "certificate");
	tc_json_add_string(builder, GOOD_CERTIFICATE);
	tc_json_end(builder);
	assert_ok(tc_json_build(builder, &as_text, NULL), NULL);
	assert_ok(tc_json_write(as_text, TC_JSON_COMPACT, &text, NULL, NULL), NULL);
	check_from_json(text, "{\"certificate\":" GOOD_CERTIFICATE "}", text);
	check_from_json(
		"{\"clientId\":\"c\",\"accessToken\":\"t\",\"certificate\":" GOOD_CERTIFICATE
		",\"authorizedScopes\":[\"a:b\"]}",
		"{\"certificate\":" GOOD_CERTIFICATE ",\"authorizedScopes\":[\"a:b\"]}", text);
	tc_release(text);
	tc_release(as_text);
}

static void test_from_json_refuses(void **state)
{
	static const struct {
		const char *json, *message;
	} cases[] = {
		{ "[]", "credentials: expected a JSON object" },
		{ "{\"accessToken\":\"t\"}", "credentials: clientId is missing" },
		{ "{\"clientId\":1,\"accessToken\":\"t\"}",
			"credentials: clientId is of the wrong kind" },
		{ "{\"clientId\":\"c\",\"accessToken\":null}",
			"credentials: accessToken is missing" },
		{ "{\"clientId\":\"c\",\"accessToken\":\"t\\u0000\"}",
			"credentials: accessToken is of the wrong kind" },
		{ "{\"clientId\":\"c\",\"accessToken\":\"\"}", "the access token is empty" },
		{ "{\"clientId\":\"c\",\"accessToken\":\"t\",\"certificate\":7}",
			"credentials: certificate is of the wrong kind" },
		{ "{\"clientId\":\"c\",\"accessToken\":\"t\",\"certificate\":{}}",
			"certificate: version is missing" },
		{ "{\"clientId\":\"c\",\"accessToken\":\"t\",\"authorizedScopes\":\"a\"}",
			"credentials: authorizedScopes" },
		{ "{\"clientId\":\"c\",\"accessToken\":\"t\",\"authorizedScopes\":[1]}",
			"credentials: authorizedScopes" },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const tc_json *json = parse(cases[i].json);

		assert_null(tc_credentials_from_json(json, &err));
		assert_failure(&err, TC_ERROR_CREDENTIALS, cases[i].message);
		tc_release(json);
	}
	assert_null(tc_credentials_from_json(NULL, &err));
	assert_failure(&err, TC_ERROR_CREDENTIALS, "expected a JSON object");
}

static void test_from_environment(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	unsetenv("TASKCLUSTER_CLIENT_ID");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
	unsetenv("TASKCLUSTER_CERTIFICATE");
	assert_null(tc_credentials_from_environment(&err));
	assert_failure(&err, TC_ERROR_CREDENTIALS, "TASKCLUSTER_CLIENT_ID is not set");
	setenv("TASKCLUSTER_CLIENT_ID", "tester", 1);
	setenv("TASKCLUSTER_ACCESS_TOKEN", "", 1);
	assert_null(tc_credentials_from_environment(&err));
	assert_failure(&err, TC_ERROR_CREDENTIALS, "TASKCLUSTER_ACCESS_TOKEN is not set, or empty");
	setenv("TASKCLUSTER_ACCESS_TOKEN", "no-secret", 1);
	tc_credentials *credentials = tc_credentials_from_environment(&err);
	assert_non_null(credentials);
	assert_revealed(credentials, "{\"clientId\":\"tester\",\"accessToken\":\"no-secret\"}");
	tc_credentials_free(credentials);
	setenv("TASKCLUSTER_CERTIFICATE", GOOD_CERTIFICATE, 1);
	credentials = tc_credentials_from_environment(&err);
	assert_non_null(credentials);
	assert_ext(credentials, "{\"certificate\":" GOOD_CERTIFICATE "}");
	tc_credentials_free(credentials);
	setenv("TASKCLUSTER_CERTIFICATE", "{}", 1);
	assert_null(tc_credentials_from_environment(&err));
	assert_failure(&err, TC_ERROR_CREDENTIALS,
		"credentials from TASKCLUSTER_… in the environment: certificate: version");
}

static void test_authorized_scopes(void **state)
{
	const struct tc_scopes none = { 0 };
	const struct tc_scopes some = { (const char *const[]){ "a:b", "c:*" }, 2 };
	const struct tc_scopes bad = { (const char *const[]){ "a:b", "\t" }, 2 };
	tc_credentials *all = tc_credentials_new("tester", "no-secret", NULL, NULL);
	const struct tc_credentials_facts *info;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_credentials *narrow = tc_credentials_authorize(all, &some, &err);
	assert_ext(narrow, "{\"authorizedScopes\":[\"a:b\",\"c:*\"]}");
	assert_null(tc__credentials_ext(all)); /* which stays as it was */
	tc_credentials_free(all);
	assert_revealed(narrow, "{\"clientId\":\"tester\",\"accessToken\":\"no-secret\"}");
	/* empty is not absent: no scopes at all */
	tc_credentials *empty = tc_credentials_authorize(narrow, &none, &err);
	assert_ext(empty, "{\"authorizedScopes\":[]}");
	assert_ok(tc_credentials_info(empty, &info, &err), &err);
	assert_true(info->authorized);
	assert_int_equal(info->authorized_scopes.count, 0);
	tc_release(info);
	assert_ok(tc_credentials_info(narrow, &info, &err), &err);
	assert_int_equal(info->authorized_scopes.count, 2);
	assert_string_equal(info->authorized_scopes.scopes[0], "a:b");
	tc_release(info);
	assert_null(tc_credentials_authorize(narrow, &bad, &err));
	assert_failure(&err, TC_ERROR_INPUT, "authorizedScopes[1]: the scope");
	assert_null(tc_credentials_authorize(narrow, NULL, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "scopes is NULL");
	assert_null(tc_credentials_authorize(NULL, &some, &err));
	assert_failure(&err, TC_ERROR_ARGUMENT, "credentials is NULL");
	tc_credentials_free(narrow);
	tc_credentials_free(empty);
}

static void test_null_credentials_are_refused(void **state)
{
	const struct tc_credentials_facts *info = (const void *)"not NULL";
	const tc_json *json = (const void *)"not NULL";
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_credentials_info(NULL, &info, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "credentials is NULL");
	assert_null(info);
	tc_credentials_reveal(NULL, &json, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "credentials is NULL");
	assert_null(json);
}

static void test_counted(void **state)
{
	tc_credentials *credentials = tc_credentials_new("tester", "no-secret", NULL, NULL);

	(void)state;
	assert_ptr_equal(tc_credentials_ref(credentials), credentials);
	tc_credentials_free(credentials);
	assert_revealed(credentials, "{\"clientId\":\"tester\",\"accessToken\":\"no-secret\"}");
	tc_credentials_free(credentials);
	tc_credentials_free(NULL);
	assert_null(tc_credentials_ref(NULL));
}

/* Temporary credentials */

static int64_t ms_of(const char *date)
{
	struct timespec when;

	assert_ok(tc_date_parse(date, &when, NULL), NULL);
	return (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000;
}

static struct tc_scopes scopes_of(const tc_json *list, const char **texts)
{
	for (size_t i = 0; i < tc_json_count(list); i++)
		texts[i] = tc_json_text(tc_json_item(list, i));
	return (struct tc_scopes){ texts, tc_json_count(list) };
}

static tc_credentials *make_vector(const tc_json *row)
{
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *issuer = tc_credentials_from_json(tc_json_get(row, "issuer"), &err);
	const char *texts[20];

	assert_non_null(issuer);
	temporary.client_id = text_at(row, "/name");
	temporary.scopes = scopes_of(tc_json_get(row, "scopes"), texts);
	temporary.start_ms = ms_of(text_at(row, "/start"));
	temporary.expiry_ms = ms_of(text_at(row, "/expiry"));
	tc_credentials *made =
		tc__credentials_temporary(issuer, &temporary, text_at(row, "/seed"), &err);
	if (!made)
		fail_msg("%s", tc_error_text(&err));
	tc_credentials_free(issuer);
	return made;
}

/* The same members with the same values, in whatever order. */
static void assert_same_object(const char *text, const char *expected)
{
	const tc_json *mine = parse(text), *other = parse(expected);

	if (!tc_json_equal(mine, other))
		fail_msg("%s is not %s", text, expected);
	tc_release(mine);
	tc_release(other);
}

/* What another client made of the same input. */
static void check_vector(const tc_json *row)
{
	const tc_json *expected = tc_json_get(row, "made"), *revealed;
	const tc_json *authorized = tc_json_get(expected, "authorizedScopes");
	tc_credentials *made = make_vector(row);
	const struct tc_credentials_facts *info;

	assert_ok(tc_credentials_reveal(made, &revealed, NULL), NULL);
	assert_string_equal(text_at(revealed, "/clientId"), text_at(expected, "/clientId"));
	assert_string_equal(text_at(revealed, "/accessToken"), text_at(expected, "/accessToken"));
	assert_same_object(text_at(revealed, "/certificate"), text_at(expected, "/certificate"));
	assert_ok(tc_credentials_info(made, &info, NULL), NULL);
	assert_int_equal(info->authorized, tc_json_kind(authorized) == TC_JSON_ARRAY);
	assert_int_equal(info->authorized_scopes.count, tc_json_count(authorized));
	tc_release(info);
	tc_release(revealed);
	tc_credentials_free(made);
}

static void check_vectors(const char *path, const char *list, size_t count)
{
	size_t length;
	char *text = tc_test_read_file(path, &length);
	const tc_json *file = parse(text), *rows = tc_json_at(file, list);

	free(text);
	assert_int_equal(tc_json_count(rows), count);
	for (size_t i = 0; i < count; i++)
		check_vector(tc_json_item(rows, i));
	tc_release(file);
}

static void test_temporary_vectors(void **state)
{
	(void)state;
	check_vectors("tests/vectors/temporary-credentials.json", "", 4);
}

/* The list of scopes may be empty: then nothing, not even a line feed, follows its name. */
static void test_every_form_of_certificate_is_signed_as_others_do(void **state)
{
	(void)state;
	check_vectors("tests/vectors/certificate-forms.json", "/forms", 14);
}

static void test_temporary_by_default(void **state)
{
	tc_credentials *issuer = tc_credentials_new("tester", "no-secret", NULL, NULL);
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	const struct tc_credentials_facts *info;
	int64_t before = tc__clock_now_ms(NULL);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_credentials *made = tc_credentials_temporary(issuer, &temporary, &err);
	tc_credentials *other = tc_credentials_temporary(issuer, &temporary, &err);
	assert_non_null(made);
	assert_non_null(other);
	assert_string_not_equal(tc__credentials_ext(made), tc__credentials_ext(other));
	assert_ok(tc_credentials_info(made, &info, &err), &err);
	assert_string_equal(info->client_id, "tester");
	assert_null(info->issuer);
	assert_int_in_range(info->start_ms, before, tc__clock_now_ms(NULL));
	assert_int_equal(info->expiry_ms - info->start_ms, 15 * 60 * 1000);
	assert_false(info->expired);
	assert_int_equal(info->scopes.count, 0);
	tc_release(info);
	tc_credentials_free(made);
	tc_credentials_free(other);
	tc_credentials_free(issuer);
}

static void refuse(
	const tc_credentials *issuer, struct tc_temporary temporary, int code, const char *message)
{
	tc_error err = TC_ERROR_INIT;

	assert_null(tc_credentials_temporary(issuer, &temporary, &err));
	assert_failure(&err, code, message);
}

static void test_temporary_refuses(void **state)
{
	tc_credentials *issuer = tc_credentials_new("tester", "no-secret", NULL, NULL);
	tc_credentials *temporary_issuer =
		tc_credentials_new("tester", "no-secret", GOOD_CERTIFICATE, NULL);
	const struct tc_temporary good = TC_TEMPORARY_INIT;
	struct tc_temporary bad = good;

	(void)state;
	refuse(temporary_issuer, good, TC_ERROR_CREDENTIALS, "the issuer is temporary itself");
	refuse(NULL, good, TC_ERROR_ARGUMENT, "issuer is NULL");
	bad.size = 0;
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "begin with TC_TEMPORARY_INIT");
	bad = good;
	bad.client_id = "tester";
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "temporary.client_id is the issuer's own");
	bad.client_id = "";
	refuse(issuer, bad, TC_ERROR_CREDENTIALS, "the client id is empty");
	bad.client_id = "a\"b";
	refuse(issuer, bad, TC_ERROR_CREDENTIALS, "the client id has byte 0x22");
	bad = good;
	bad.scopes = (struct tc_scopes){ (const char *const[]){ "a", "b\nscope:c" }, 2 };
	refuse(issuer, bad, TC_ERROR_INPUT, "temporary.scopes[1]: the scope \"b…\" is malformed");
	bad.scopes = (struct tc_scopes){ NULL, 1 };
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "temporary.scopes: the list is NULL");
	bad = good;
	bad.lifetime_ms = -1;
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "temporary.lifetime_ms is -1");
	bad.lifetime_ms = 31 * DAY_MS + 1;
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "may last 31 days");
	bad = good;
	bad.start_ms = 1000;
	bad.expiry_ms = 999;
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "temporary: start (1000) comes after expiry (999)");
	bad.expiry_ms = 1001 + 31 * DAY_MS;
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "may last 31 days");
	bad.start_ms = INT64_MAX;
	bad.expiry_ms = 0;
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "no time");
	bad.start_ms = -1;
	refuse(issuer, bad, TC_ERROR_ARGUMENT, "temporary: start is -1, no time");
	tc_credentials_free(issuer);
	tc_credentials_free(temporary_issuer);
}

static void test_temporary_of_31_days(void **state)
{
	tc_credentials *issuer = tc_credentials_new("tester", "no-secret", NULL, NULL);
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	temporary.lifetime_ms = 31 * DAY_MS;
	tc_credentials *made = tc_credentials_temporary(issuer, &temporary, &err);
	assert_non_null(made);
	tc_credentials_free(made);
	tc_credentials_free(issuer);
}

static void test_bulk(void **state)
{
	tc_credentials *credentials =
		tc_credentials_new("tester", "no-secret", GOOD_CERTIFICATE, NULL);

	(void)state;
	assert_string_equal(tc__credentials_bulk(credentials), "a certificate with 2 scopes");
	tc_credentials_free(credentials);
}

/* Many threads share, reveal and drop the same credentials. */
static void *use_shared(void *data)
{
	tc_credentials *credentials = data;
	struct tc__hawk *hawk = tc__hawk_new(NULL, NULL);
	const struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	uintptr_t failed = hawk == NULL;

	for (int i = 0; i < 200 && !failed; i++) {
		struct tc__buffer header = TC__BUFFER(TC__HAWK_MAX);
		tc_credentials *mine = tc_credentials_ref(credentials);
		const tc_json *json;

		failed |= tc__hawk_header(hawk, mine, &artifacts, &header, NULL) != TC_OK;
		failed |= tc_credentials_reveal(mine, &json, NULL) != TC_OK;
		tc_release(json);
		tc_credentials_free(mine);
		tc__buffer_clear(&header);
	}
	tc__hawk_free(hawk);
	tc_credentials_free(credentials);
	return (void *)failed;
}

static void test_shared_by_threads(void **state)
{
	tc_credentials *credentials = tc_credentials_new("tester", "no-secret", NULL, NULL);
	pthread_t threads[4];
	void *failed;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use_shared,
					 tc_credentials_ref(credentials)),
			0);
	tc_credentials_free(credentials);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

static tc_credentials *make_of_needle(const struct tc_needle *needle)
{
	char token[sizeof needle->masked + 1];

	tc_needle_text(needle, token);
	tc_credentials *credentials = tc_credentials_new("tester", token, NULL, NULL);
	sodium_memzero(token, sizeof token);
	assert_non_null(credentials);
	return credentials;
}

static void sign_often(const tc_credentials *credentials)
{
	pthread_t thread;
	void *failed;

	assert_int_equal(
		pthread_create(&thread, NULL, use_shared, tc_credentials_ref(credentials)), 0);
	pthread_join(thread, &failed);
	assert_null(failed);
}

static void test_the_token_is_nowhere_in_writable_memory(void **state)
{
	static const size_t lengths[] = { 22, 44, 63, 64, 65, 100 };
	struct tc_needle needle;
	char found[sizeof needle.masked + 1];

	(void)state;
	if (!tc_needle_can_look())
		skip();
	assert_ok(tc__crypto_start(NULL), NULL);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		tc_needle_make(&needle, lengths[i]);
		tc_needle_text(&needle, found);
		assert_true(tc_needle_count(&needle) > 0); /* the search does find */
		sodium_memzero(found, sizeof found);
		tc_credentials *credentials = make_of_needle(&needle);
		assert_int_equal(tc_needle_count(&needle), 0);
		sign_often(credentials); /* also reveals, and releases */
		assert_int_equal(tc_needle_count(&needle), 0);
		struct tc_temporary temporary = TC_TEMPORARY_INIT;
		tc_credentials *made = tc_credentials_temporary(credentials, &temporary, NULL);
		assert_non_null(made);
		assert_int_equal(tc_needle_count(&needle), 0);
		tc_credentials_free(made);
		tc_credentials_free(credentials);
		assert_int_equal(tc_needle_count(&needle), 0);
	}
}

/* Whoever has the states of the hash behind HMAC's two pads can sign. */
static void find_states(
	const struct tc_needle *token, struct tc_needle *inner, struct tc_needle *outer)
{
	char text[sizeof token->masked + 1];
	crypto_auth_hmacsha256_state key;

	tc_needle_text(token, text);
	crypto_auth_hmacsha256_init(&key, (const unsigned char *)text, token->length);
	tc_needle_bytes(inner, key.ictx.state, sizeof key.ictx.state);
	tc_needle_bytes(outer, key.octx.state, sizeof key.octx.state);
	sodium_memzero(&key, sizeof key);
	sodium_memzero(text, sizeof text);
}

/* They are where they are needed, once, and no core dump has them. */
static void test_what_signs_is_in_no_core_dump(void **state)
{
	static const size_t lengths[] = { 22, 44, 100 };
	struct tc_needle token, states[2];

	(void)state;
	if (!tc_needle_can_look())
		skip();
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		tc_needle_make(&token, lengths[i]);
		find_states(&token, &states[0], &states[1]);
		tc_credentials *credentials = make_of_needle(&token);
		sign_often(credentials);
		for (int j = 0; j < 2; j++) {
			assert_int_equal(tc_needle_count(&states[j]), 1);
			assert_int_equal(tc_needle_count_dumped(&states[j]), 0);
		}
		tc_credentials_free(credentials);
		for (int j = 0; j < 2; j++)
			assert_int_equal(tc_needle_count(&states[j]), 0);
	}
}

/* The token that is made here must not stay behind either. */
static void test_a_temporary_token_is_nowhere_in_writable_memory(void **state)
{
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	const tc_json *json;
	struct tc_needle needle;

	(void)state;
	if (!tc_needle_can_look())
		skip();
	tc_credentials *issuer = tc_credentials_new("tester", "no-secret", NULL, NULL);
	tc_credentials *made = tc_credentials_temporary(issuer, &temporary, NULL);
	assert_non_null(made);
	assert_ok(tc_credentials_reveal(made, &json, NULL), NULL);
	const tc_json *token = tc_json_get(json, "accessToken");
	assert_int_equal(tc_json_text_length(token), 43);
	tc_needle_set(&needle, tc_json_text(token));
	assert_true(tc_needle_count(&needle) > 0);
	tc_release(json);
	assert_int_equal(tc_needle_count(&needle), 0);
	tc_credentials_free(made);
	tc_credentials_free(issuer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_permanent),
		cmocka_unit_test(test_with_certificate),
		cmocka_unit_test(test_an_empty_certificate_is_none),
		cmocka_unit_test(test_refused_ids_and_tokens),
		cmocka_unit_test(test_what_no_token_has_is_named_by_place),
		cmocka_unit_test(test_passwords_are_no_tokens),
		cmocka_unit_test(test_refused_certificates),
		cmocka_unit_test(test_certificates_at_the_edge),
		cmocka_unit_test(test_from_json),
		cmocka_unit_test(test_from_json_refuses),
		cmocka_unit_test(test_from_environment),
		cmocka_unit_test(test_authorized_scopes),
		cmocka_unit_test(test_null_credentials_are_refused),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_temporary_vectors),
		cmocka_unit_test(test_every_form_of_certificate_is_signed_as_others_do),
		cmocka_unit_test(test_temporary_by_default),
		cmocka_unit_test(test_temporary_refuses),
		cmocka_unit_test(test_temporary_of_31_days),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_shared_by_threads),
		cmocka_unit_test(test_the_token_is_nowhere_in_writable_memory),
		cmocka_unit_test(test_what_signs_is_in_no_core_dump),
		cmocka_unit_test(test_a_temporary_token_is_nowhere_in_writable_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
