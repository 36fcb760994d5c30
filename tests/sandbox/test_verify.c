/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "tools/sandbox/auth/certificate.h"
#include "tools/sandbox/auth/scopes.h"
#include "tools/sandbox/auth/verify.h"
#include "tools/sandbox/base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/json.h>

#define NOW_S 1700000000
#define KEY "the-key"
#define MINUTE_MS (60 * 1000)

static struct tc__arena arena;

static int set_up(void **state)
{
	(void)state;
	arena = (struct tc__arena){ 0 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tc__arena_clear(&arena);
	return 0;
}

static const tc_json *read_json(const char *path)
{
	size_t length;
	char *text = tc_test_read_file(path, &length);
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_json_parse(text, length, &json, &err), &err);
	free(text);
	return json;
}

static const char *text_of(const tc_json *json, const char *name)
{
	return tc_json_text(tc_json_get(json, name));
}

/* One client, named by the test. */
struct one_client {
	const char *id, *token;
	const char *const *scopes;
	size_t count;
	int64_t expires_ms;
	const char *unusable;
};

static bool find_one(void *data, struct tc__arena *memory, const char *client_id,
	struct verify_client *client, const char **unusable)
{
	const struct one_client *one = data;

	(void)memory;
	*unusable = one->unusable;
	*client =
		(struct verify_client){ one->token, { one->scopes, one->count }, one->expires_ms };
	return strcmp(client_id, one->id) == 0;
}

static struct tc_scopes same(void *data, struct tc__arena *memory, const struct tc_scopes *scopes)
{
	(void)data;
	(void)memory;
	return *scopes;
}

static const char *const all_scopes[] = { "*" };
static struct one_client plain = { "me", KEY, all_scopes, 1, INT64_MAX, NULL };

static enum verify_outcome verify(const struct verify_request *request, struct one_client *client,
	struct verify_result *result)
{
	struct verify_keys keys = { find_one, same, client };

	return verify_request(&arena, request, &keys, result);
}

static void published_macs(void **state)
{
	const tc_json *json = read_json("tests/vectors/hawk.json");
	const tc_json *macs = tc_json_get(json, "macs");

	(void)state;
	assert_true(tc_json_count(macs) > 15);
	for (size_t i = 0; i < tc_json_count(macs); i++) {
		const tc_json *row = tc_json_item(macs, i);
		char host[100];
		char mac[VERIFY_MAC_SIZE];
		snprintf(host, sizeof host, "%s:%s", text_of(row, "host"), text_of(row, "port"));
		struct verify_request request = { .host = host };
		struct verify_parts parts = { text_of(row, "type"), text_of(row, "ts"),
			text_of(row, "nonce"), text_of(row, "method"), text_of(row, "resource"),
			text_of(row, "hash"), text_of(row, "ext"), text_of(row, "app"),
			text_of(row, "dlg") };
		assert_true(verify_mac(&request, &parts, text_of(row, "key"), mac));
		assert_string_equal(mac, text_of(row, "mac"));
	}
	tc_release(json);
}

static void published_payload_hashes(void **state)
{
	const tc_json *json = read_json("tests/vectors/hawk.json");
	const tc_json *rows = tc_json_get(json, "payloads");

	(void)state;
	assert_true(tc_json_count(rows) > 0);
	for (size_t i = 0; i < tc_json_count(rows); i++) {
		const tc_json *row = tc_json_item(rows, i);
		const tc_json *payload = tc_json_get(row, "payload");
		char hash[DIGEST_SIZE];
		assert_true(digest_payload(text_of(row, "contentType"), tc_json_text(payload),
			tc_json_text_length(payload), hash));
		assert_string_equal(hash, text_of(row, "hash"));
	}
	tc_release(json);
}

static void content_type_is_the_bare_media_type(void **state)
{
	char plain_hash[DIGEST_SIZE];
	char decorated[DIGEST_SIZE];

	(void)state;
	assert_true(digest_payload("application/json", "{}", 2, plain_hash));
	assert_true(digest_payload(" Application/JSON ; charset=utf-8", "{}", 2, decorated));
	assert_string_equal(plain_hash, decorated);
	assert_true(digest_payload("text/plain", "{}", 2, decorated));
	assert_string_not_equal(plain_hash, decorated);
}

static void challenge_proves_the_time(void **state)
{
	char value[200];

	(void)state;
	assert_true(verify_challenge(
		"werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn", 1365741469, value, sizeof value));
	assert_string_equal(value,
		"Hawk ts=\"1365741469\", "
		"tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\", "
		"error=\"Stale timestamp\"");
}

/* A header over `request`, signed with a key. */
static char *sign(const struct verify_request *request, const char *key, long long ts,
	const char *id, const char *ext)
{
	static char header[5000];
	char mac[VERIFY_MAC_SIZE];
	char seconds[30];

	snprintf(seconds, sizeof seconds, "%lld", ts);
	struct verify_parts parts = { .type = "header",
		.ts = seconds,
		.nonce = "abc123",
		.method = request->method,
		.resource = request->resource,
		.ext = ext };
	assert_true(verify_mac(request, &parts, key, mac));
	snprintf(header, sizeof header,
		"Hawk id=\"%s\", ts=\"%lld\", nonce=\"abc123\"%s%s%s, mac=\"%s\"", id, ts,
		ext ? ", ext=\"" : "", ext ? ext : "", ext ? "\"" : "", mac);
	return header;
}

static struct verify_request get_request(void)
{
	return (struct verify_request){ .method = "GET",
		.resource = "/api/queue/v1/task/a%2Fb?limit=1",
		.host = "localhost:8080",
		.now_ms = (int64_t)NOW_S * 1000 };
}

static void assert_refused(
	const struct verify_request *request, struct one_client *client, const char *message)
{
	struct verify_result result;

	assert_int_equal(verify(request, client, &result), VERIFY_REFUSED);
	if (!strstr(result.message, message))
		fail_msg("expected \"%s\", got \"%s\"", message, result.message);
}

static void a_good_header_is_accepted(void **state)
{
	struct verify_request request = get_request();
	struct verify_result result;

	(void)state;
	request.authorization = sign(&request, KEY, NOW_S, "me", NULL);
	assert_int_equal(verify(&request, &plain, &result), VERIFY_OK);
	assert_string_equal(result.client_id, "me");
	assert_null(result.hash);
	/* the nonce may come again, and the host in any case */
	request.host = "LOCALHOST:8080";
	assert_int_equal(verify(&request, &plain, &result), VERIFY_OK);
}

static void nothing_sent_is_no_refusal(void **state)
{
	struct verify_request request = get_request();
	struct verify_result result;

	(void)state;
	assert_int_equal(verify(&request, &plain, &result), VERIFY_NONE);
}

static void what_was_signed_must_be_what_was_sent(void **state)
{
	struct verify_request signed_for = get_request();
	const char *header = sign(&signed_for, KEY, NOW_S, "me", NULL);
	struct verify_request changed[6];

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		changed[i] = get_request();
		changed[i].authorization = header;
	}
	changed[0].method = "POST";
	changed[1].resource = "/api/queue/v1/task/a/b?limit=1";
	changed[2].resource = "/api/queue/v1/task/a%2Fb?limit=2";
	changed[3].host = "127.0.0.1:8080";
	changed[4].host = "localhost";
	changed[5].forwarded_port = "443";
	for (size_t i = 0; i < 6; i++)
		assert_refused(&changed[i], &plain, "Unauthorized: Bad mac");
}

static void ports_come_from_the_proxy_when_it_tells(void **state)
{
	struct verify_request request = get_request();
	struct verify_result result;

	(void)state;
	request.host = "tc.example.com:443";
	const char *header = sign(&request, KEY, NOW_S, "me", NULL);
	request.authorization = header;
	request.host = "tc.example.com";
	assert_refused(&request, &plain, "Bad mac"); /* port 80 */
	request.forwarded_proto = "https";
	assert_int_equal(verify(&request, &plain, &result), VERIFY_OK);
	request.forwarded_proto = NULL;
	request.forwarded_port = "443";
	assert_int_equal(verify(&request, &plain, &result), VERIFY_OK);
	request.forwarded_port = NULL;
	request.tls = true;
	assert_int_equal(verify(&request, &plain, &result), VERIFY_OK);
}

static void a_quarter_of_an_hour_of_skew_is_allowed(void **state)
{
	static const int good[] = { 0, 890, -890 };
	static const int bad[] = { 905, -905 };
	struct verify_request request = get_request();
	struct verify_result result;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		request.authorization = sign(&request, KEY, NOW_S + good[i], "me", NULL);
		assert_int_equal(verify(&request, &plain, &result), VERIFY_OK);
	}
	for (size_t i = 0; i < 2; i++) {
		request.authorization = sign(&request, KEY, NOW_S + bad[i], "me", NULL);
		assert_refused(&request, &plain, "Unauthorized: Stale timestamp");
	}
	request.authorization = sign(&request, KEY, NOW_S * 1000LL, "me", NULL);
	assert_refused(&request, &plain, "Unauthorized: Stale timestamp");
	/* a wrong key is told before a wrong time */
	request.authorization = sign(&request, "other", NOW_S + 905, "me", NULL);
	assert_refused(&request, &plain, "Unauthorized: Bad mac");
}

static void malformed_headers(void **state)
{
	static const struct {
		const char *header, *message;
	} rows[] = {
		{ "Basic abc", "Unauthorized" },
		{ "Hawk", "Invalid header syntax" },
		{ "Hawk id=\"me\"", "Missing attributes" },
		{ "Hawk id=\"me\", id=\"me\"", "Duplicate attribute" },
		{ "Hawk id=\"me\", what=\"1\"", "Unknown attribute" },
		{ "Hawk id=\"a\\b\"", "Bad attribute value" },
		{ "Hawk id=me", "Bad header format" },
		{ "Hawk id=\"me\" ts=\"1\"", "Bad header format" },
	};
	struct verify_request request = get_request();
	char *large = malloc(5001);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		request.authorization = rows[i].header;
		assert_refused(&request, &plain, rows[i].message);
	}
	memset(large, 'x', 5000);
	memcpy(large, "Hawk ", 5);
	large[5000] = '\0';
	request.authorization = large;
	assert_refused(&request, &plain, "Header length too long");
	free(large);
}

static void clients_must_exist_and_be_usable(void **state)
{
	struct verify_request request = get_request();
	struct one_client client = plain;

	(void)state;
	request.authorization = sign(&request, KEY, NOW_S, "other", NULL);
	assert_refused(&request, &client, "no client with clientId other");
	request.authorization = sign(&request, KEY, NOW_S, "me", NULL);
	client.expires_ms = request.now_ms;
	assert_refused(&request, &client, "client me has expired");
	client.expires_ms = INT64_MAX;
	client.unusable = "disabled";
	assert_refused(&request, &client, "client me is disabled");
}

static const char *encode(const char *json)
{
	static char text[6000];

	assert_true(strlen(json) < 4000);
	digest_base64(json, strlen(json), text);
	return text;
}

static void authorized_scopes_restrict(void **state)
{
	static const char *const held[] = { "a:*" };
	struct one_client client = { "me", KEY, held, 1, INT64_MAX, NULL };
	struct verify_request request = get_request();
	struct verify_result result;

	(void)state;
	request.authorization =
		sign(&request, KEY, NOW_S, "me", encode("{\"authorizedScopes\":[\"a:b\"]}"));
	assert_int_equal(verify(&request, &client, &result), VERIFY_OK);
	assert_int_equal(result.scopes.count, 1);
	assert_string_equal(result.scopes.scopes[0], "a:b");
	request.authorization =
		sign(&request, KEY, NOW_S, "me", encode("{\"authorizedScopes\":[]}"));
	assert_int_equal(verify(&request, &client, &result), VERIFY_OK);
	assert_int_equal(result.scopes.count, 0);
	request.authorization =
		sign(&request, KEY, NOW_S, "me", encode("{\"authorizedScopes\":[\"b\"]}"));
	assert_refused(&request, &client, "oversteps your scopes");
	request.authorization =
		sign(&request, KEY, NOW_S, "me", encode("{\"authorizedScopes\":\"a:b\"}"));
	assert_refused(&request, &client, "must be an array of valid scopes");
	request.authorization = sign(&request, KEY, NOW_S, "me", "garbage");
	assert_refused(&request, &client, "Failed to parse ext");
	request.authorization = sign(&request, KEY, NOW_S, "me", encode("[1]"));
	assert_refused(&request, &client, "Failed to parse ext");
}

static const char *make_bewit(
	const struct verify_request *request, const char *plain_resource, long long expires)
{
	static char bewit[600];
	char seconds[30];
	char mac[VERIFY_MAC_SIZE];
	char text[300];

	snprintf(seconds, sizeof seconds, "%lld", expires);
	struct verify_parts parts = { .type = "bewit",
		.ts = seconds,
		.nonce = "",
		.method = "GET",
		.resource = plain_resource };
	assert_true(verify_mac(request, &parts, KEY, mac));
	snprintf(text, sizeof text, "me\\%s\\%s\\", seconds, mac);
	digest_base64(text, strlen(text), bewit);
	bewit[strcspn(bewit, "=")] = '\0';
	for (char *c = bewit; *c; c++) {
		if (*c == '+')
			*c = '-';
		if (*c == '/')
			*c = '_';
	}
	return bewit;
}

static void bewits_at_any_place_of_the_query(void **state)
{
	static const struct {
		const char *plain, *format;
	} rows[] = {
		{ "/a", "/a?bewit=%s" },
		{ "/a?x=1", "/a?x=1&bewit=%s" },
		{ "/a?x=1", "/a?bewit=%s&x=1" },
		{ "/a?x=1&y=2", "/a?x=1&bewit=%s&y=2" },
	};
	struct verify_request request = get_request();
	struct verify_result result;
	char resource[900];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(resource, sizeof resource, rows[i].format,
			make_bewit(&request, rows[i].plain, NOW_S + 10));
		request.resource = resource;
		request.method = "GET";
		assert_int_equal(verify(&request, &plain, &result), VERIFY_OK);
		assert_true(result.bewit);
		request.method = "HEAD";
		assert_int_equal(verify(&request, &plain, &result), VERIFY_OK);
	}
}

static void bad_bewits(void **state)
{
	struct verify_request request = get_request();
	char resource[900];

	(void)state;
	snprintf(resource, sizeof resource, "/a?bewit=%s", make_bewit(&request, "/a", NOW_S + 10));
	request.resource = resource;
	request.method = "POST";
	assert_refused(&request, &plain, "Unauthorized: Invalid method");
	request.method = "GET";
	request.authorization = "Hawk id=\"me\"";
	assert_refused(&request, &plain, "Multiple authentications");
	request.authorization = NULL;
	strcat(resource, "=");
	assert_refused(&request, &plain, "Invalid bewit structure"); /* padded */
	snprintf(resource, sizeof resource, "/b?bewit=%s", make_bewit(&request, "/a", NOW_S + 10));
	assert_refused(&request, &plain, "Bad mac");
	snprintf(resource, sizeof resource, "/a?bewit=%s", make_bewit(&request, "/a", NOW_S));
	assert_refused(&request, &plain, "Unauthorized: Access expired");
	snprintf(resource, sizeof resource, "/a?bewit=");
	assert_refused(&request, &plain, "Empty bewit");
	snprintf(resource, sizeof resource, "/a?bewit=YWJj");
	assert_refused(&request, &plain, "Invalid bewit structure");
}

static int64_t date_ms(const char *text)
{
	struct timespec when;
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc_date_parse(text, &when, &err), &err);
	return (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000;
}

/* The request of a holder of temporary credentials, as a vector describes them. */
static struct verify_request temporary_request(
	const tc_json *row, const char *certificate, int64_t now_ms, struct one_client *issuer)
{
	const tc_json *made = tc_json_get(row, "made");
	struct verify_request request = get_request();
	char ext[3000];

	*issuer = (struct one_client){ text_of(tc_json_get(row, "issuer"), "clientId"),
		text_of(tc_json_get(row, "issuer"), "accessToken"), all_scopes, 1, INT64_MAX,
		NULL };
	snprintf(ext, sizeof ext, "{\"certificate\":%s}", certificate);
	request.now_ms = now_ms;
	request.authorization = sign(&request, text_of(made, "accessToken"), now_ms / 1000,
		text_of(made, "clientId"), encode(ext));
	return request;
}

/* Accepted from five minutes before its start to five minutes after its end. */
static void check_temporary(const tc_json *row)
{
	const char *certificate = text_of(tc_json_get(row, "made"), "certificate");
	int64_t start = date_ms(text_of(row, "start"));
	int64_t expiry = date_ms(text_of(row, "expiry"));
	struct one_client issuer;
	struct verify_result result;
	const int64_t good[] = { start - 5 * MINUTE_MS + 1000, start, expiry,
		expiry + 5 * MINUTE_MS - 1000 };

	for (size_t k = 0; k < 4; k++) {
		struct verify_request request =
			temporary_request(row, certificate, good[k], &issuer);
		assert_int_equal(verify(&request, &issuer, &result), VERIFY_OK);
	}
	struct verify_request early =
		temporary_request(row, certificate, start - 5 * MINUTE_MS - 1000, &issuer);
	assert_refused(&early, &issuer, "ext.certificate.start > now");
	struct verify_request late =
		temporary_request(row, certificate, expiry + 5 * MINUTE_MS + 1000, &issuer);
	assert_refused(&late, &issuer, "ext.certificate.expiry < now");
}

/* Made by other clients; among the second are some without any scopes. */
static void published_temporary_credentials(void **state)
{
	const tc_json *json = read_json("tests/vectors/temporary-credentials.json");
	const tc_json *made = read_json("tests/vectors/certificate-forms.json");
	const tc_json *forms = tc_json_get(made, "forms");

	(void)state;
	assert_true(tc_json_count(json) > 3 && tc_json_count(forms) > 9);
	for (size_t i = 0; i < tc_json_count(json); i++)
		check_temporary(tc_json_item(json, i));
	for (size_t i = 0; i < tc_json_count(forms); i++)
		check_temporary(tc_json_item(forms, i));
	tc_release(json);
	tc_release(made);
}

/* A certificate's text with one part replaced by another. */
static char *edited(const char *text, const char *from, const char *to)
{
	static char copy[2000];
	const char *at = strstr(text, from);

	assert_non_null(at);
	snprintf(copy, sizeof copy, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return copy;
}

static void changed_certificates(void **state)
{
	static const struct {
		const char *from, *to, *message;
	} rows[] = {
		{ "\"version\":1", "\"version\":2", "version must be 1" },
		{ "XYZ*\"", "XYZ2*\"", "signature is not valid" },
		{ "1438964811744", "1438964811743", "signature is not valid" },
		{ "1438964811744", "\"1438964811744\"", "start must be a number" },
		{ "1438964811744", "1400000000000", "longer than 31 days" },
		{ "JYR4", "KYR4", "signature is not valid" },
		{ "JYR4", "JYR", "seed must be 44 characters" },
		{ "\"issuer\":\"def/ghi@XXX\"", "\"x\":1", "no client with clientId abc/def/ghi" },
	};
	const tc_json *json = read_json("tests/vectors/temporary-credentials.json");
	const tc_json *row = tc_json_item(json, 1);
	const char *certificate = text_of(tc_json_get(row, "made"), "certificate");
	int64_t now = date_ms(text_of(row, "start"));
	struct one_client issuer;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct verify_request request = temporary_request(
			row, edited(certificate, rows[i].from, rows[i].to), now, &issuer);
		assert_refused(&request, &issuer, rows[i].message);
	}
	tc_release(json);
}

static void issuers_must_hold_what_they_give(void **state)
{
	static const char *const all_but_create[] = { "scope/*" };
	static const char *const create_only[] = { "auth:create-client:abc/*" };
	const tc_json *json = read_json("tests/vectors/temporary-credentials.json");
	const tc_json *row = tc_json_item(json, 1);
	const char *certificate = text_of(tc_json_get(row, "made"), "certificate");
	struct one_client issuer;
	struct verify_request request =
		temporary_request(row, certificate, date_ms(text_of(row, "start")), &issuer);

	(void)state;
	issuer.scopes = all_but_create;
	assert_refused(&request, &issuer, "doesn't have `auth:create-client:abc/def/ghi`");
	issuer.scopes = create_only;
	assert_refused(&request, &issuer, "doesn't satisfy certificate's scopes");
	tc_release(json);
}

static void made_credentials_verify(void **state)
{
	static const char *const wanted[] = { "a", "b \\ \"c\"" };
	struct one_client issuer = { "issuer", "token", all_scopes, 1, INT64_MAX, NULL };
	struct verify_request request = get_request();
	struct verify_result result;
	const char *certificate;
	const char *token;
	char ext[1000];

	(void)state;
	assert_true(certificate_make(&arena, "issuer", "token", "name/x",
		&(struct tc_scopes){ wanted, 2 }, request.now_ms, request.now_ms + MINUTE_MS,
		&certificate, &token));
	snprintf(ext, sizeof ext, "{\"certificate\":%s}", certificate);
	request.authorization = sign(&request, token, NOW_S, "name/x", encode(ext));
	assert_int_equal(verify(&request, &issuer, &result), VERIFY_OK);
	assert_string_equal(result.client_id, "name/x");
	assert_int_equal(result.scopes.count, 2);
	assert_string_equal(result.scopes.scopes[1], wanted[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_macs),
		cmocka_unit_test(published_payload_hashes),
		cmocka_unit_test(content_type_is_the_bare_media_type),
		cmocka_unit_test(challenge_proves_the_time),
		cmocka_unit_test(a_good_header_is_accepted),
		cmocka_unit_test(nothing_sent_is_no_refusal),
		cmocka_unit_test(what_was_signed_must_be_what_was_sent),
		cmocka_unit_test(ports_come_from_the_proxy_when_it_tells),
		cmocka_unit_test(a_quarter_of_an_hour_of_skew_is_allowed),
		cmocka_unit_test(malformed_headers),
		cmocka_unit_test(clients_must_exist_and_be_usable),
		cmocka_unit_test(authorized_scopes_restrict),
		cmocka_unit_test(bewits_at_any_place_of_the_query),
		cmocka_unit_test(bad_bewits),
		cmocka_unit_test(published_temporary_credentials),
		cmocka_unit_test(changed_certificates),
		cmocka_unit_test(issuers_must_hold_what_they_give),
		cmocka_unit_test(made_credentials_verify),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
