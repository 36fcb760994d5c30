/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/artifacts.h"
#include "tests/harness/test.h"

#include "runtime/src/auth/hawk.h"
#include "runtime/src/common/url.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <taskcluster/json.h>
#include <unistd.h>

#define W "werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn"

static const tc_json *vectors;
static struct tc__hawk *hawk;

static int set_up(void **state)
{
	size_t length;
	char *text = tc_test_read_file("tests/vectors/hawk.json", &length);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc_json_parse(text, length, &vectors, &err), &err);
	free(text);
	hawk = tc__hawk_new(NULL, &err);
	return hawk ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	tc_release(vectors);
	tc__hawk_free(hawk);
	return 0;
}

static const char *text_at(const tc_json *json, const char *name)
{
	return tc_json_text(tc_json_get(json, name));
}

static int64_t number_at(const tc_json *json, const char *name)
{
	int64_t value = 0;

	assert_true(tc_json_int64(tc_json_get(json, name), &value));
	return value;
}

static struct tc__hmac_key *key_of(const char *text)
{
	struct tc__hmac_key *key = tc__hmac_key_new(text, strlen(text), NULL);

	assert_non_null(key);
	return key;
}

static struct tc__hawk_artifacts artifacts_of(const tc_json *row)
{
	const char *resource = text_at(row, "resource"), *host = text_at(row, "host");

	return (struct tc__hawk_artifacts){
		.ts = tc_json_get(row, "ts") ? number_at(row, "ts") : 0,
		.nonce = text_at(row, "nonce"),
		.method = text_at(row, "method"),
		.resource = resource,
		.resource_length = strlen(resource),
		.host = host,
		.host_length = strlen(host),
		.port = (uint16_t)number_at(row, "port"),
		.hash = text_at(row, "hash"),
		.ext = text_at(row, "ext"),
		.app = text_at(row, "app"),
		.dlg = text_at(row, "dlg"),
	};
}

static void assert_normalised(const struct tc__hawk_artifacts *artifacts, const char *expected)
{
	struct tc__buffer text = TC__BUFFER(10000);

	tc__hawk_normalise(&text, "header", artifacts);
	assert_string_equal(tc__buffer_get(&text), expected);
	assert_int_equal(text.length, strlen(expected));
	tc__buffer_clear(&text);
}

static void test_normalised_string(void **state)
{
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();

	(void)state;
	assert_normalised(&artifacts,
		"hawk.1.header\n1353832234\nj4h3g2\nGET\n/resource/1?b=1&a=2\n"
		"example.com\n8000\n\n\n");
	artifacts.hash = "aGFzaA==";
	artifacts.ext = "some\\data\nmore\\";
	artifacts.app = "app";
	artifacts.method = "post";
	artifacts.host = "EXAMPLE.Com/ignored";
	assert_normalised(&artifacts,
		"hawk.1.header\n1353832234\nj4h3g2\nPOST\n/resource/1?b=1&a=2\n"
		"example.com\n8000\naGFzaA==\nsome\\\\data\\nmore\\\\\n"
		"app\n\n");
	artifacts = tc_test_artifacts();
	artifacts.host = "[::1]";
	artifacts.host_length = 5;
	artifacts.port = 65535;
	artifacts.dlg = "alone";
	artifacts.ts = -1;
	assert_normalised(&artifacts,
		"hawk.1.header\n-1\nj4h3g2\nGET\n/resource/1?b=1&a=2\n"
		"[::1]\n65535\n\n\n");
}

static void test_mac_vectors(void **state)
{
	const tc_json *rows = tc_json_get(vectors, "macs");
	char mac[TC__MAC_SIZE];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(tc_json_count(rows), 23);
	for (size_t i = 0; i < tc_json_count(rows); i++) {
		const tc_json *row = tc_json_item(rows, i);
		struct tc__hawk_artifacts artifacts = artifacts_of(row);
		struct tc__hmac_key *key = key_of(text_at(row, "key"));

		assert_ok(
			tc__hawk_mac(hawk, key, text_at(row, "type"), &artifacts, mac, &err), &err);
		assert_string_equal(mac, text_at(row, "mac"));
		tc__hmac_key_free(key);
	}
}

static void test_header_vectors(void **state)
{
	const tc_json *rows = tc_json_get(vectors, "macs");
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < tc_json_count(rows); i++) {
		const tc_json *row = tc_json_item(rows, i);
		struct tc__hawk_artifacts artifacts = artifacts_of(row);
		struct tc__hmac_key *key = key_of(text_at(row, "key"));
		struct tc__hawk_signer signer = { "me", key, "nothing" };
		struct tc__buffer header = TC__BUFFER(TC__HAWK_MAX);
		char mac[64];

		if (strcmp(text_at(row, "type"), "header") == 0) {
			assert_ok(tc__hawk_sign_header(hawk, &signer, &artifacts, &header, &err),
				&err);
			snprintf(mac, sizeof mac, "mac=\"%s\"", text_at(row, "mac"));
			assert_non_null(strstr(tc__buffer_get(&header), mac));
		}
		tc__buffer_clear(&header);
		tc__hmac_key_free(key);
	}
}

static void test_header_text(void **state)
{
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_signer signer = { "dh37fgj492je", key, "nothing" };
	struct tc__buffer header = TC__BUFFER(TC__HAWK_MAX + 100);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	artifacts.ext = "some-app-ext-data";
	tc__buffer_text(&header, "Authorization: ");
	assert_ok(tc__hawk_sign_header(hawk, &signer, &artifacts, &header, &err), &err);
	assert_string_equal(header.data,
		"Authorization: Hawk id=\"dh37fgj492je\", ts=\"1353832234\", nonce=\"j4h3g2\", "
		"ext=\"some-app-ext-data\", mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\"");
	assert_int_equal(header.length, strlen(header.data));
	tc__buffer_truncate(&header, 0);
	artifacts.app = "24s23423f34dx";
	artifacts.dlg = "234sz34tww3sd";
	assert_ok(tc__hawk_sign_header(hawk, &signer, &artifacts, &header, &err), &err);
	assert_string_equal(header.data,
		"Hawk id=\"dh37fgj492je\", ts=\"1353832234\", nonce=\"j4h3g2\", "
		"ext=\"some-app-ext-data\", mac=\"cPjvz6hXDsZPQimgIjA1K+NMek5xqrKmFTMXs5XvXjM=\", "
		"app=\"24s23423f34dx\", dlg=\"234sz34tww3sd\"");
	tc__buffer_clear(&header);
	tc__hmac_key_free(key);
}

static void test_header_refuses_what_it_cannot_carry(void **state)
{
	static const char *const bad[] = { "a\"b", "a\\b", "a\r\nX: y", "caf\xc3\xa9", "a\x7f" };
	struct tc__hmac_key *key = key_of(W);
	struct tc__buffer header = TC__BUFFER(TC__HAWK_MAX);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct tc__hawk_signer signer = { "me", key, "nothing" };
		struct tc__hawk_artifacts artifacts = tc_test_artifacts();

		artifacts.ext = bad[i];
		tc__hawk_sign_header(hawk, &signer, &artifacts, &header, &err);
		assert_failure(&err, TC_ERROR_CREDENTIALS, "ext has byte 0x");
		artifacts = tc_test_artifacts();
		artifacts.app = "app";
		artifacts.dlg = bad[i];
		tc__hawk_sign_header(hawk, &signer, &artifacts, &header, &err);
		assert_failure(&err, TC_ERROR_CREDENTIALS, "dlg has byte 0x");
		artifacts = tc_test_artifacts();
		signer.id = bad[i];
		tc__hawk_sign_header(hawk, &signer, &artifacts, &header, &err);
		assert_failure(&err, TC_ERROR_CREDENTIALS, "which a Hawk header cannot carry");
	}
	assert_int_equal(header.length, 0);
	tc__hmac_key_free(key);
}

/* A header without an id would begin with a comma. */
static void test_an_empty_id_is_refused(void **state)
{
	static const char *const bad[] = { "", NULL };
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__buffer text = TC__BUFFER(TC__HAWK_MAX);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct tc__hawk_signer signer = { bad[i], key, "nothing" };

		tc__hawk_sign_header(hawk, &signer, &artifacts, &text, &err);
		assert_failure(&err, TC_ERROR_CREDENTIALS, "the client id is empty");
		tc__hawk_sign_bewit(hawk, &signer, &artifacts, &text, &err);
		assert_failure(&err, TC_ERROR_CREDENTIALS, "the client id is empty");
	}
	assert_int_equal(text.length, 0);
	tc__hmac_key_free(key);
}

/* As in the reference: "" is no app, and without one there is no dlg, in the MAC and the header. */
static void test_an_empty_app_is_none(void **state)
{
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_signer signer = { "me", key, "nothing" };
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__buffer with = TC__BUFFER(TC__HAWK_MAX), without = TC__BUFFER(TC__HAWK_MAX);

	(void)state;
	assert_ok(tc__hawk_sign_header(hawk, &signer, &artifacts, &without, NULL), NULL);
	artifacts.app = "";
	artifacts.dlg = "dlg";
	assert_ok(tc__hawk_sign_header(hawk, &signer, &artifacts, &with, NULL), NULL);
	assert_string_equal(with.data, without.data);
	tc__buffer_clear(&with);
	tc__buffer_clear(&without);
	tc__hmac_key_free(key);
}

static void test_payload_vectors(void **state)
{
	const tc_json *rows = tc_json_get(vectors, "payloads");
	char hash[TC__MAC_SIZE];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(tc_json_count(rows), 5);
	for (size_t i = 0; i < tc_json_count(rows); i++) {
		const tc_json *row = tc_json_item(rows, i);
		const tc_json *payload = tc_json_get(row, "payload");

		assert_ok(tc__hawk_payload_hash(text_at(row, "contentType"), tc_json_text(payload),
				  tc_json_text_length(payload), hash, &err),
			&err);
		assert_string_equal(hash, text_at(row, "hash"));
	}
}

static void assert_same_hash(const char *type, const char *other)
{
	char a[TC__MAC_SIZE], b[TC__MAC_SIZE];

	assert_ok(tc__hawk_payload_hash(type, "x", 1, a, NULL), NULL);
	assert_ok(tc__hawk_payload_hash(other, "x", 1, b, NULL), NULL);
	assert_string_equal(a, b);
}

static void test_content_type_is_hashed_bare(void **state)
{
	char with[TC__MAC_SIZE], without[TC__MAC_SIZE];

	(void)state;
	assert_same_hash("text/plain", " Text/PLAIN ; charset=UTF-8");
	assert_same_hash("text/plain", "text/plain;");
	assert_same_hash(NULL, "");
	assert_same_hash("", " ; charset=utf-8");
	assert_same_hash("", "  ");
	assert_ok(tc__hawk_payload_hash("text/plain", "x", 1, with, NULL), NULL);
	assert_ok(tc__hawk_payload_hash(NULL, "x", 1, without, NULL), NULL);
	assert_string_not_equal(with, without);
}

static void test_payload_may_hold_anything(void **state)
{
	char a[TC__MAC_SIZE], b[TC__MAC_SIZE];

	(void)state;
	assert_ok(tc__hawk_payload_hash("a/b", "x\0y", 3, a, NULL), NULL);
	assert_ok(tc__hawk_payload_hash("a/b", "x\0z", 3, b, NULL), NULL);
	assert_string_not_equal(a, b);
	/* no payload at all, and no pointer to one */
	assert_ok(tc__hawk_payload_hash("text/plain", NULL, 0, a, NULL), NULL);
	assert_string_equal(a, "q/t+NNAkQZNlq/aAD6PlexImwQTxwgT2MahfTa9XRLA=");
}

/* Nonces */

static void test_nonces_differ_and_can_be_carried(void **state)
{
	char nonce[TC__NONCE_SIZE], before[TC__NONCE_SIZE] = "", other[TC__NONCE_SIZE];
	struct tc__hawk *second = tc__hawk_new(NULL, NULL);

	(void)state;
	assert_non_null(second);
	for (int i = 0; i < 5000; i++) {
		tc__hawk_nonce(hawk, nonce);
		assert_int_equal(strlen(nonce), TC__NONCE_SIZE - 1);
		assert_int_equal(strspn(nonce,
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-_"),
			TC__NONCE_SIZE - 1);
		assert_true(strcmp(nonce, before) != 0);
		strcpy(before, nonce);
	}
	tc__hawk_nonce(second, other);
	assert_memory_not_equal(other, nonce, 10); /* a prefix of its own */
	tc__hawk_free(second);
}

static void count_up(void *data, void *bytes, size_t length)
{
	unsigned char *next = data;

	for (size_t i = 0; i < length; i++)
		((unsigned char *)bytes)[i] = *next;
	++*next;
}

static void test_nonces_come_through_the_seam(void **state)
{
	unsigned char next = 0;
	struct tc_seams seams = { .random = count_up, .data = &next };
	struct tc__hawk *seamed = tc__hawk_new(&seams, NULL);
	char nonce[TC__NONCE_SIZE];

	(void)state;
	assert_non_null(seamed);
	tc__hawk_nonce(seamed, nonce);
	assert_string_equal(nonce, "AAAAAAAAAAAAAAAA");
	tc__hawk_nonce(seamed, nonce);
	assert_string_equal(nonce, "AAAAAAAAAAAAAAAB");
	assert_int_equal(next, 1); /* drawn once */
	tc__hawk_free(seamed);
}

/* Also in a child's child, whose parent has drawn none. */
static void test_nonces_are_drawn_anew_after_fork(void **state)
{
	struct tc__nonces nonces;
	char ours[TC__NONCE_SIZE], theirs[2][TC__NONCE_SIZE];
	int pipes[2], status;

	(void)state;
	tc__nonces_start(&nonces, NULL);
	tc__nonces_next(&nonces, ours);
	assert_int_equal(pipe(pipes), 0);
	pid_t child = fork();
	if (child == 0) {
		pid_t grandchild = fork();
		tc__nonces_next(&nonces, theirs[0]);
		ssize_t written = write(pipes[1], theirs[0], sizeof theirs[0]);
		if (grandchild > 0)
			waitpid(grandchild, &status, 0);
		_exit(grandchild < 0 || written != sizeof theirs[0]);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(pipes[0], theirs, sizeof theirs), sizeof theirs);
	tc__nonces_next(&nonces, ours);
	for (int i = 0; i < 2; i++)
		assert_memory_not_equal(ours, theirs[i], TC__NONCE_PREFIX_SIZE);
	assert_memory_not_equal(theirs[0], theirs[1], TC__NONCE_PREFIX_SIZE);
	close(pipes[0]);
	close(pipes[1]);
}

/* Bewits */

static void test_bewit_vectors(void **state)
{
	const tc_json *rows = tc_json_get(vectors, "bewits");
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_int_equal(tc_json_count(rows), 1);
	for (size_t i = 0; i < tc_json_count(rows); i++) {
		const tc_json *row = tc_json_item(rows, i);
		struct tc__hawk_artifacts artifacts = artifacts_of(row);
		struct tc__hmac_key *key = key_of(text_at(row, "key"));
		struct tc__hawk_signer signer = { text_at(row, "id"), key, "nothing" };
		struct tc__buffer bewit = TC__BUFFER(TC__HAWK_MAX);

		artifacts.ts = number_at(row, "expiry");
		assert_ok(tc__hawk_sign_bewit(hawk, &signer, &artifacts, &bewit, &err), &err);
		assert_string_equal(bewit.data, text_at(row, "bewit"));
		tc__buffer_clear(&bewit);
		tc__hmac_key_free(key);
	}
}

static void decode_bewit(const char *bewit, char *text, size_t size)
{
	size_t length;

	assert_int_equal(sodium_base642bin((unsigned char *)text, size - 1, bewit, strlen(bewit),
				 NULL, &length, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
		0);
	text[length] = '\0';
}

static void test_signed_url(void **state)
{
	tc_credentials *credentials = tc_credentials_new("tester", "no-secret", NULL, NULL);
	const struct tc_scopes scopes = { (const char *const[]){ "test:authenticate-get" }, 1 };
	tc_credentials *narrowed = tc_credentials_authorize(credentials, &scopes, NULL);
	struct tc__buffer url = TC__BUFFER(TC__URL_MAX);
	tc_error err = TC_ERROR_INIT;
	char text[1000];

	(void)state;
	assert_non_null(narrowed);
	assert_ok(tc__hawk_signed_url(hawk, narrowed,
			  "https://tc.example.com/api/auth/v1/test-authenticate-get/#frag",
			  1700000900, &url, &err),
		&err);
	assert_memory_equal(
		url.data, "https://tc.example.com/api/auth/v1/test-authenticate-get/?bewit=", 64);
	assert_null(strchr(url.data + 64, '=')); /* no padding: servers reject it */
	decode_bewit(url.data + 64, text, sizeof text);
	assert_string_equal(text,
		"tester\\1700000900\\WDV8K5pa6b8sHbL2rvqKoAqOADhNMHMrLJVefnid3uU=\\"
		"eyJhdXRob3JpemVkU2NvcGVzIjpbInRlc3Q6YXV0aGVudGljYXRlLWdldCJdfQ==");
	tc__buffer_clear(&url);
	tc_credentials_free(credentials);
	tc_credentials_free(narrowed);
}

/* The bewit of the path with its query, appended by `&`. */
static void test_signed_url_with_query(void **state)
{
	struct tc__hmac_key *key = key_of(W);
	tc_credentials *credentials = tc_credentials_new("me", W, NULL, NULL);
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__buffer url = TC__BUFFER(TC__URL_MAX);
	char mac[TC__MAC_SIZE], text[1000], expected[200];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(tc__hawk_signed_url(hawk, credentials,
			  "http://example.com:8000/resource/1?b=1&a=2", 4511484621, &url, &err),
		&err);
	assert_memory_equal(url.data, "http://example.com:8000/resource/1?b=1&a=2&bewit=", 49);
	artifacts.ts = 4511484621;
	artifacts.nonce = "";
	assert_ok(tc__hawk_mac(hawk, key, "bewit", &artifacts, mac, &err), &err);
	decode_bewit(url.data + 49, text, sizeof text);
	snprintf(expected, sizeof expected, "me\\4511484621\\%s\\", mac);
	assert_string_equal(text, expected);
	tc__buffer_clear(&url);
	tc_credentials_free(credentials);
	tc__hmac_key_free(key);
}

static void test_signed_url_refuses(void **state)
{
	tc_credentials *credentials = tc_credentials_new("me", W, NULL, NULL);
	struct tc__buffer url = TC__BUFFER(30);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__hawk_signed_url(hawk, credentials, "http://user:secret@h/", 4511484621, &url, &err);
	assert_null(strstr(tc_error_text(&err), "secret"));
	assert_failure(&err, TC_ERROR_ARGUMENT, "user info");
	tc__hawk_signed_url(hawk, credentials, "http://h/", 4511484621, &url, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "the signed URL would have more than 30 bytes");
	tc__buffer_clear(&url);
	tc_credentials_free(credentials);
}

static void test_bewit_refuses(void **state)
{
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_signer signer = { "a\\b", key, "nothing" };
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__buffer bewit = TC__BUFFER(TC__HAWK_MAX);
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc__hawk_sign_bewit(hawk, &signer, &artifacts, &bewit, &err);
	assert_failure(&err, TC_ERROR_CREDENTIALS, "client id contains a backslash");
	signer.id = "me";
	artifacts.ext = "a\\b";
	tc__hawk_sign_bewit(hawk, &signer, &artifacts, &bewit, &err);
	assert_failure(&err, TC_ERROR_CREDENTIALS, "ext contains a backslash");
	artifacts.ext = NULL;
	artifacts.method = "POST";
	tc__hawk_sign_bewit(hawk, &signer, &artifacts, &bewit, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "for GET (and HEAD) only, not for POST");
	assert_int_equal(bewit.length, 0);
	artifacts.method = "HEAD";
	assert_ok(tc__hawk_sign_bewit(hawk, &signer, &artifacts, &bewit, &err), &err);
	tc__buffer_clear(&bewit);
	tc__hmac_key_free(key);
}

/* The 4096 characters */

static tc_credentials *with_scopes(size_t count, size_t length)
{
	tc_credentials *credentials = tc_credentials_new("tester", "no-secret", NULL, NULL);
	const char **list = malloc(count * sizeof *list);
	char *scope = malloc(length + 1);

	assert_non_null(list);
	memset(scope, 'x', length);
	scope[length] = '\0';
	for (size_t i = 0; i < count; i++)
		list[i] = scope;
	tc_credentials *narrowed =
		tc_credentials_authorize(credentials, &(struct tc_scopes){ list, count }, NULL);
	assert_non_null(narrowed);
	tc_credentials_free(credentials);
	free(list);
	free(scope);
	return narrowed;
}

/* The longest header that is allowed, and one more byte. */
static void test_header_limit(void **state)
{
	tc_credentials *credentials = with_scopes(1, 2900);
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__buffer header = TC__BUFFER(2 * TC__HAWK_MAX);
	char nonce[200] = "n";
	tc_error err = TC_ERROR_INIT;

	(void)state;
	artifacts.nonce = nonce;
	assert_ok(tc__hawk_header(hawk, credentials, &artifacts, &header, &err), &err);
	size_t missing = TC__HAWK_MAX - header.length;
	assert_int_in_range(missing, 1, sizeof nonce - 3);
	memset(nonce, 'n', missing + 1);
	tc__buffer_truncate(&header, 0);
	assert_ok(tc__hawk_header(hawk, credentials, &artifacts, &header, &err), &err);
	assert_int_equal(header.length, TC__HAWK_MAX);
	nonce[missing + 1] = 'n';
	tc__hawk_header(hawk, credentials, &artifacts, &header, &err);
	assert_failure(&err, TC_ERROR_CREDENTIALS,
		"would have 4097 characters, of which servers take 4096: the credentials have a "
		"list of 1 authorized scope");
	assert_int_equal(header.length, TC__HAWK_MAX); /* nothing half-written */
	tc__buffer_clear(&header);
	tc_credentials_free(credentials);
}

static void test_limits_name_the_culprit(void **state)
{
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__buffer text = TC__BUFFER(2 * TC__HAWK_MAX);
	tc_credentials *credentials = with_scopes(300, 10);
	tc_error err = TC_ERROR_INIT;
	char id[5001];

	(void)state;
	tc__hawk_header(hawk, credentials, &artifacts, &text, &err);
	assert_failure(&err, TC_ERROR_CREDENTIALS,
		"of which servers take 4096: the credentials have a list of 300 authorized scopes");
	tc__hawk_bewit(hawk, credentials, &artifacts, &text, &err);
	assert_failure(&err, TC_ERROR_CREDENTIALS,
		"of which servers take 4096: 19 are the URL's own, and the credentials have a list "
		"of "
		"300 authorized scopes");
	tc_credentials_free(credentials);
	memset(id, 'i', sizeof id - 1);
	id[sizeof id - 1] = '\0';
	credentials = tc_credentials_new(id, "token", NULL, NULL);
	tc__hawk_header(hawk, credentials, &artifacts, &text, &err);
	assert_failure(&err, TC_ERROR_CREDENTIALS, "a client id of 5000 characters");
	assert_int_equal(text.length, 0);
	tc_credentials_free(credentials);
}

static void test_bewit_limit(void **state)
{
	tc_credentials *credentials = tc_credentials_new("me", "token", NULL, NULL);
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	struct tc__buffer bewit = TC__BUFFER(TC__HAWK_MAX);
	char resource[TC__HAWK_MAX];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	memset(resource, 'a', sizeof resource);
	resource[0] = '/';
	artifacts.resource = resource;
	assert_ok(tc__hawk_bewit(hawk, credentials, &artifacts, &bewit, &err), &err);
	artifacts.resource_length = TC__HAWK_MAX - bewit.length - strlen("?bewit=");
	tc__buffer_truncate(&bewit, 0);
	assert_ok(tc__hawk_bewit(hawk, credentials, &artifacts, &bewit, &err), &err);
	artifacts.resource_length++;
	tc__buffer_truncate(&bewit, 0);
	tc__hawk_bewit(hawk, credentials, &artifacts, &bewit, &err);
	assert_failure(&err, TC_ERROR_CREDENTIALS, "would have 4097 characters");
	tc__buffer_clear(&bewit);
	tc_credentials_free(credentials);
}

/* What servers send back */

static void test_challenge(void **state)
{
	static const char *const bad[] = {
		NULL,
		"",
		"hawk",
		"Hawk ",
		"Hawk ts=\"1365741469\"",
		"Hawk tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		"Basic ts=\"1365741469\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		/* not ours, or not for this time: tsm is a MAC, never the time itself */
		"Hawk ts=\"1365741470\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		"Hawk ts=\"1365741469\", tsm=\"1365741469\"",
		"Hawk ts=\"1365741469\", tsm=\"\"",
		"Hawk ts=\"\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		"Hawk ts=\"01365741469\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		"Hawk ts=\"-1365741469\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		"Hawk ts=\"1365741469365741469\", "
		"tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWiz=\"",
		"Hawk ts=1365741469, tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		"Hawk ts=\"1365741469\" tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		"Hawk ts=\"1365741469\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=",
		"Hawk ts=\"1365741469\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\",",
		"Hawk ts=\"1365741469\", ts=\"1365741469\", "
		"tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
		"Hawkts=\"1365741469\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
	};
	static const char *const good[] = {
		"Hawk ts=\"1365741469\", tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\", "
		"error=\"Stale timestamp\"",
		"hawk error=\"Stale "
		"timestamp\",tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\" , "
		" ts=\"1365741469\"  ",
		"HAWK  new=\"\", ts=\"1365741469\", "
		"tsm=\"b4Qqhz8OUBq21saghHLV1ktwlXE72T1xtTEZkSlWizA=\"",
	};
	struct tc__hmac_key *key = key_of(W);
	int64_t ts = 7;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(tc__hawk_challenge(key, bad[i], &ts));
	assert_int_equal(ts, 7);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ts = 7;
		assert_true(tc__hawk_challenge(key, good[i], &ts));
		assert_int_equal(ts, 1365741469);
	}
	tc__hmac_key_free(key);
}

static const char server_authorization[] =
	"Hawk mac=\"XIJRsMl/4oL+nn+vKoeVZPdCHXB4yJkNnBbTbHFZUYE=\", "
	"hash=\"f9cDF/TDm7TkYRLnGwRMfeDzT6LixQVLvrIKhh0vgmM=\", ext=\"response-specific\"";

static struct tc__hawk_artifacts replied_to(void)
{
	return (struct tc__hawk_artifacts){
		.ts = 1362336900,
		.nonce = "eb5S_L",
		.method = "POST",
		.resource = "/resource/4?filter=a",
		.resource_length = 20,
		.host = "example.com",
		.host_length = 11,
		.port = 8080,
		.hash = "of the request, not of the reply",
		.ext = "of the request, not of the reply",
	};
}

static int verify(const char *header, const char *type, const char *body, tc_error *err)
{
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_artifacts request = replied_to();
	int rc = tc__hawk_verify_reply(
		hawk, key, &request, header, type, body, body ? strlen(body) : 0, err);

	tc__hmac_key_free(key);
	return rc;
}

static void test_verifies_replies(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(verify(server_authorization, "text/plain; charset=utf-8", "some reply", &err),
		&err);
	assert_ok(verify(server_authorization, NULL, NULL, &err), &err);
	assert_ok(verify("hawk "
			 "ext=\"response-specific\",hash=\"f9cDF/"
			 "TDm7TkYRLnGwRMfeDzT6LixQVLvrIKhh0vgmM=\""
			 ",mac=\"XIJRsMl/4oL+nn+vKoeVZPdCHXB4yJkNnBbTbHFZUYE=\"",
			  "text/plain", "some reply", &err),
		&err);
}

static void test_refuses_forged_replies(void **state)
{
	tc_error err = TC_ERROR_INIT;
	char header[sizeof server_authorization];

	(void)state;
	verify(NULL, "text/plain", "some reply", &err);
	assert_failure(&err, TC_ERROR_REPLY, "has no Server-Authorization header");
	verify("Hawk", "text/plain", "some reply", &err);
	assert_failure(&err, TC_ERROR_REPLY, "header is malformed");
	char *endless = malloc(TC__HAWK_MAX + 100);
	snprintf(endless, TC__HAWK_MAX + 100, "Hawk ext=\"%0*d\"", TC__HAWK_MAX, 0);
	verify(endless, "text/plain", "some reply", &err);
	assert_failure(&err, TC_ERROR_REPLY, "header is malformed");
	free(endless);
	verify("Hawk hash=\"x\"", "text/plain", "some reply", &err);
	assert_failure(&err, TC_ERROR_REPLY, "header is malformed");
	verify("Hawk mac=\"x\"", "text/plain", "some reply", &err);
	assert_failure(&err, TC_ERROR_REPLY, "has a wrong mac");
	verify(server_authorization, "text/plain", "some reply!", &err);
	assert_failure(&err, TC_ERROR_REPLY, "body is not the one");
	verify(server_authorization, "text/html", "some reply", &err);
	assert_failure(&err, TC_ERROR_REPLY, "body is not the one");
	verify(server_authorization, "text/plain", "", &err);
	assert_failure(&err, TC_ERROR_REPLY, "body is not the one");
	/* every byte between the quotes counts */
	for (size_t i = 10; i < strlen(server_authorization); i++) {
		strcpy(header, server_authorization);
		header[i] ^= 1;
		assert_int_equal(verify(header, "text/plain", "some reply", NULL), TC_ERROR_REPLY);
	}
}

static void test_a_body_needs_a_hash(void **state)
{
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_artifacts request = replied_to();
	struct tc__hawk_artifacts reply = request;
	tc_error err = TC_ERROR_INIT;
	char mac[TC__MAC_SIZE], header[100];

	(void)state;
	reply.hash = reply.ext = NULL;
	assert_ok(tc__hawk_mac(hawk, key, "response", &reply, mac, &err), &err);
	snprintf(header, sizeof header, "Hawk mac=\"%s\"", mac);
	assert_ok(tc__hawk_verify_reply(hawk, key, &request, header, NULL, NULL, 0, &err), &err);
	tc__hawk_verify_reply(hawk, key, &request, header, NULL, "", 0, &err);
	assert_failure(&err, TC_ERROR_REPLY, "has no hash of the body");
	tc__hmac_key_free(key);
}

/* A request's own header cannot be played back as the answer to it. */
static void test_types_keep_macs_apart(void **state)
{
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	char header[TC__MAC_SIZE], response[TC__MAC_SIZE], bewit[TC__MAC_SIZE];

	(void)state;
	assert_ok(tc__hawk_mac(hawk, key, "header", &artifacts, header, NULL), NULL);
	assert_ok(tc__hawk_mac(hawk, key, "response", &artifacts, response, NULL), NULL);
	assert_ok(tc__hawk_mac(hawk, key, "bewit", &artifacts, bewit, NULL), NULL);
	assert_string_not_equal(header, response);
	assert_string_not_equal(header, bewit);
	assert_string_not_equal(response, bewit);
	tc__hmac_key_free(key);
}

/* Clients that sign the path alone fail on every URL with a query. */
static void test_the_query_is_signed(void **state)
{
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	char with[TC__MAC_SIZE], without[TC__MAC_SIZE];

	(void)state;
	assert_ok(tc__hawk_mac(hawk, key, "header", &artifacts, with, NULL), NULL);
	artifacts.resource_length = strlen("/resource/1");
	assert_ok(tc__hawk_mac(hawk, key, "header", &artifacts, without, NULL), NULL);
	assert_string_not_equal(with, without);
	tc__hmac_key_free(key);
}

static void test_too_much_to_sign(void **state)
{
	struct tc__hmac_key *key = key_of(W);
	struct tc__hawk_artifacts artifacts = tc_test_artifacts();
	size_t length = (size_t)2 << 20;
	char *ext = malloc(length + 1), mac[TC__MAC_SIZE];
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_non_null(ext);
	memset(ext, 'e', length);
	ext[length] = '\0';
	artifacts.ext = ext;
	tc__hawk_mac(hawk, key, "header", &artifacts, mac, &err);
	assert_failure(&err, TC_ERROR_ARGUMENT, "what is to be signed would have more than");
	artifacts.ext = NULL; /* and the state is as good as before */
	assert_ok(tc__hawk_mac(hawk, key, "header", &artifacts, mac, &err), &err);
	assert_string_equal(mac, "nfp3t5BVkMvjhU3PrD0ftTp7NcVpETEX2HEi/Fo4S2g=");
	free(ext);
	tc__hmac_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normalised_string),
		cmocka_unit_test(test_mac_vectors),
		cmocka_unit_test(test_header_vectors),
		cmocka_unit_test(test_header_text),
		cmocka_unit_test(test_header_refuses_what_it_cannot_carry),
		cmocka_unit_test(test_an_empty_id_is_refused),
		cmocka_unit_test(test_an_empty_app_is_none),
		cmocka_unit_test(test_payload_vectors),
		cmocka_unit_test(test_content_type_is_hashed_bare),
		cmocka_unit_test(test_payload_may_hold_anything),
		cmocka_unit_test(test_nonces_differ_and_can_be_carried),
		cmocka_unit_test(test_nonces_come_through_the_seam),
		cmocka_unit_test(test_nonces_are_drawn_anew_after_fork),
		cmocka_unit_test(test_bewit_vectors),
		cmocka_unit_test(test_signed_url),
		cmocka_unit_test(test_signed_url_with_query),
		cmocka_unit_test(test_signed_url_refuses),
		cmocka_unit_test(test_bewit_refuses),
		cmocka_unit_test(test_header_limit),
		cmocka_unit_test(test_limits_name_the_culprit),
		cmocka_unit_test(test_bewit_limit),
		cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_verifies_replies),
		cmocka_unit_test(test_refuses_forged_replies),
		cmocka_unit_test(test_a_body_needs_a_hash),
		cmocka_unit_test(test_types_keep_macs_apart),
		cmocka_unit_test(test_the_query_is_signed),
		cmocka_unit_test(test_too_much_to_sign),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
