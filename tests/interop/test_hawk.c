/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Our signatures before Hawk's reference implementation, and its own before us: some hundred random
 * requests from a fixed seed. Without node and its hawk module the test fails, unless
 * TC_OPTIONAL_PEERS=skip says that they may be missing.
 */
#include "tests/harness/test.h"

#include "runtime/src/auth/hawk.h"
#include "runtime/src/common/url.h"
#include "tests/harness/peer.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/json.h>

#define REQUESTS 400
#define SKIPPED 77

static struct tc_peer *peer;

/* Sends what the builder made; the answer is for tc_release. */
static const tc_json *ask(tc_json_builder *question)
{
	const tc_json *json;
	char *text;

	tc_json_end(question);
	assert_ok(tc_json_build(question, &json, NULL), NULL);
	assert_ok(tc_json_write(json, TC_JSON_COMPACT, &text, NULL, NULL), NULL);
	const tc_json *answer = tc_peer_ask(peer, text);
	tc_release(text);
	tc_release(json);
	return answer;
}

static const char *text_at(const tc_json *json, const char *name)
{
	return tc_json_text(tc_json_get(json, name));
}

/* Random requests, the same ones in every run (splitmix64) */

static uint64_t random_state;

static unsigned draw(unsigned end)
{
	uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ (z >> 31)) % end);
}

static void draw_text(char *text, size_t min, size_t max, const char *alphabet)
{
	size_t length = min + draw((unsigned)(max - min + 1));

	for (size_t i = 0; i < length; i++)
		text[i] = alphabet[draw((unsigned)strlen(alphabet))];
	text[length] = '\0';
}

/* All that a Hawk attribute can carry, and all that a path and a query can. */
#define ALPHANUMERIC "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define ATTRIBUTE ALPHANUMERIC " !#$%&'()*+,-./:;<=>?@[]^_`{|}~"
#define TOKEN ALPHANUMERIC "!#$%&()*+,-./:;<=>?@[]^_`{|}~"
#define IN_PATH ALPHANUMERIC "!$&'()*+,-./:;=@_~%"
#define IN_QUERY IN_PATH "?"

struct sample {
	char id[40], token[100], url[600], host_header[100], type[60], method[10];
	char payload[200], reply[200];
	bool has_payload, narrowed;
	size_t payload_length, reply_length;
	struct tc__url parts;
	tc_credentials *credentials;
};

static size_t draw_bytes(char *bytes, size_t max)
{
	size_t length = draw(3) ? draw((unsigned)max) : 0;

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)draw(256);
	return length;
}

static void draw_url(struct sample *sample)
{
	static const char *const hosts[] = { "tc.example.com", "TC.Example.COM", "127.0.0.1",
		"[::1]", "[2001:DB8::a]", "localhost", "a-b.c_d" };
	static const char *const ports[] = { "", ":80", ":443", ":8080", ":65535" };
	char path[200], query[200];

	draw_text(path, 0, 100, IN_PATH);
	draw_text(query, 0, 100, IN_QUERY);
	const char *host = hosts[draw(7)], *port = ports[draw(5)];
	snprintf(sample->host_header, sizeof sample->host_header, "%s%s", host, port);
	bool tls = draw(2) && strcmp(port, ":80") != 0; /* which node-hawk 9.0.2 takes for 443 */
	const char *scheme = tls ? "https" : "http";
	switch (draw(6)) {
	case 0: /* no path at all */
		snprintf(sample->url, sizeof sample->url, "%s://%s", scheme, sample->host_header);
		break;
	case 1: /* an empty query is not the same as none */
		snprintf(sample->url, sizeof sample->url, "%s://%s/%s?", scheme,
			sample->host_header, path);
		break;
	case 2:
		snprintf(sample->url, sizeof sample->url, "%s://%s/%s", scheme, sample->host_header,
			path);
		break;
	default:
		snprintf(sample->url, sizeof sample->url, "%s://%s/%s?%s", scheme,
			sample->host_header, path, query);
	}
	assert_ok(tc__url_parse(sample->url, &sample->parts, NULL), NULL);
}

static tc_credentials *draw_credentials(struct sample *sample)
{
	tc_credentials *all = tc_credentials_new(sample->id, sample->token, NULL, NULL);
	char scope[60];

	assert_non_null(all);
	sample->narrowed = draw(2);
	if (!sample->narrowed)
		return all;
	draw_text(scope, 0, 50, ATTRIBUTE "\"\\");
	const struct tc_scopes scopes = { (const char *const[]){ scope }, draw(4) ? 1 : 0 };
	tc_credentials *narrowed = tc_credentials_authorize(all, &scopes, NULL);
	assert_non_null(narrowed);
	tc_credentials_free(all);
	return narrowed;
}

static void draw_sample(struct sample *sample)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "HEAD" };
	static const char *const types[] = { "application/json", "Application/JSON; charset=utf-8",
		"  text/plain ;x=y", "", "application/octet-stream" };

	*sample = (struct sample){ 0 };
	draw_text(sample->id, 1, 30, ATTRIBUTE);
	draw_text(sample->token, 1, 90, TOKEN);
	draw_url(sample);
	strcpy(sample->method, methods[draw(5)]);
	strcpy(sample->type, types[draw(5)]);
	sample->has_payload = draw(2);
	sample->payload_length = draw_bytes(sample->payload, sizeof sample->payload);
	sample->reply_length = draw_bytes(sample->reply, sizeof sample->reply);
	sample->credentials = draw_credentials(sample);
}

/* Questions */

static void add_text(tc_json_builder *question, const char *name, const char *text)
{
	tc_json_add_name(question, name);
	tc_json_add_string(question, text);
}

static void add_bytes(tc_json_builder *question, const char *name, const char *bytes, size_t length)
{
	char text[400];

	sodium_bin2base64(text, sizeof text, (const unsigned char *)bytes, length,
		sodium_base64_VARIANT_ORIGINAL);
	add_text(question, name, text);
}

/* What both kinds of question have. */
static tc_json_builder *begin_question(
	const char *ask_for, const struct sample *sample, const char *method, const char *resource)
{
	tc_json_builder *question = tc_json_builder_new();

	tc_json_add_object(question);
	add_text(question, "ask", ask_for);
	add_text(question, "id", sample->id);
	add_text(question, "key", sample->token);
	add_text(question, "method", method);
	add_text(question, "url", resource);
	add_text(question, "host", sample->host_header);
	tc_json_add_name(question, "https");
	tc_json_add_bool(question, sample->parts.https);
	return question;
}

/* The ext that arrived is the credentials' own. */
static void assert_same_ext(const tc_json *answer, const tc_credentials *credentials)
{
	const char *ext = text_at(answer, "ext"), *expected = tc__credentials_ext(credentials);

	assert_string_equal(ext ? ext : "", expected ? expected : "");
}

static struct tc__hawk *hawk;

struct signed_request {
	struct tc__hawk_artifacts artifacts;
	char nonce[TC__NONCE_SIZE];
	char hash[TC__MAC_SIZE];
	struct tc__buffer header;
};

static void sign(const struct sample *sample, int64_t ts, struct signed_request *request)
{
	tc_error err = TC_ERROR_INIT;

	tc__hawk_nonce(hawk, request->nonce);
	request->header = TC__BUFFER(TC__HAWK_MAX);
	request->artifacts = (struct tc__hawk_artifacts){ .ts = ts,
		.nonce = request->nonce,
		.method = sample->method,
		.resource = sample->parts.resource,
		.resource_length = sample->parts.resource_length,
		.host = sample->parts.host,
		.host_length = sample->parts.host_length,
		.port = sample->parts.port };
	if (sample->has_payload) {
		assert_ok(tc__hawk_payload_hash(sample->type, sample->payload,
				  sample->payload_length, request->hash, &err),
			&err);
		request->artifacts.hash = request->hash;
	}
	assert_ok(tc__hawk_header(
			  hawk, sample->credentials, &request->artifacts, &request->header, &err),
		&err);
}

static const tc_json *authenticate(
	const struct sample *sample, const char *header, const char *resource, int64_t now)
{
	tc_json_builder *question =
		begin_question("authenticate", sample, sample->method, resource);

	add_text(question, "authorization", header);
	add_text(question, "contentType", sample->type);
	add_text(question, "replyType", "Text/Plain; charset=utf-8");
	add_bytes(question, "replyPayload", sample->reply, sample->reply_length);
	if (draw(2))
		add_text(question, "replyExt", "an ext of the server's");
	if (sample->has_payload)
		add_bytes(question, "payload", sample->payload, sample->payload_length);
	tc_json_add_name(question, "now");
	tc_json_add_int64(question, now);
	return ask(question);
}

static char *resource_of(const struct sample *sample)
{
	return tc__object_text(sample->parts.resource, sample->parts.resource_length);
}

static void check_header(const struct sample *sample, int64_t now)
{
	struct signed_request request;
	char *resource = resource_of(sample);
	tc_error err = TC_ERROR_INIT;

	sign(sample, now, &request);
	const tc_json *answer = authenticate(sample, request.header.data, resource, now);
	const char *reply = text_at(answer, "serverAuthorization");
	if (!reply)
		fail_msg("%s %s: %s\n%s", sample->method, sample->url, text_at(answer, "error"),
			request.header.data);
	assert_same_ext(answer, sample->credentials);
	const char *hash = text_at(answer, "hash");
	assert_string_equal(hash ? hash : "", request.artifacts.hash ? request.hash : "");
	const struct tc__hmac_key *key = tc__credentials_key(sample->credentials);
	assert_ok(tc__hawk_verify_reply(hawk, key, &request.artifacts, reply, "text/plain",
			  sample->reply, sample->reply_length, &err),
		&err);
	assert_int_equal(tc__hawk_verify_reply(hawk, key, &request.artifacts, reply, "text/plain",
				 "another reply", 13, &err),
		TC_ERROR_REPLY);
	tc_error_clear(&err);
	tc_release(answer);
	tc_release(resource);
	tc__buffer_clear(&request.header);
}

static void test_headers_and_replies(void **state)
{
	struct sample sample;

	(void)state;
	random_state = 1;
	for (int i = 0; i < REQUESTS; i++) {
		draw_sample(&sample);
		check_header(&sample, 1700000000 + (int64_t)draw(1000000000));
		tc_credentials_free(sample.credentials);
	}
}

/* That the peer does look: what is signed wrong it refuses. */
static void test_the_peer_refuses_what_is_wrong(void **state)
{
	struct sample sample;
	int hashes = 0;

	(void)state;
	random_state = 2;
	for (int i = 0; i < 40; i++) {
		struct signed_request request;
		draw_sample(&sample);
		char *resource = resource_of(&sample);
		sign(&sample, 1700000000, &request);
		const tc_json *answer =
			authenticate(&sample, request.header.data, "/another", 1700000000);
		assert_string_equal(text_at(answer, "error"), "Bad mac");
		tc_release(answer);
		if (sample.has_payload) {
			sample.payload[sample.payload_length++ / 2] ^= 1;
			answer = authenticate(&sample, request.header.data, resource, 1700000000);
			assert_string_equal(text_at(answer, "error"), "Bad payload hash");
			tc_release(answer);
			hashes++;
		}
		tc__buffer_clear(&request.header);
		tc_release(resource);
		tc_credentials_free(sample.credentials);
	}
	assert_int_in_range(hashes, 5, 35);
}

static void test_stale_timestamps(void **state)
{
	struct sample sample;

	(void)state;
	random_state = 3;
	for (int i = 0; i < 40; i++) {
		struct signed_request request;
		int64_t told = 0;
		draw_sample(&sample);
		char *resource = resource_of(&sample);
		sign(&sample, 1700000000, &request);
		const tc_json *answer =
			authenticate(&sample, request.header.data, resource, 1700003600);
		assert_string_equal(text_at(answer, "error"), "Stale timestamp");
		assert_true(tc__hawk_challenge(tc__credentials_key(sample.credentials),
			text_at(answer, "challenge"), &told));
		assert_int_in_range(told, 1700003600, 1700003660); /* its clock goes on */
		tc_release(answer);
		tc__buffer_clear(&request.header);
		tc_release(resource);
		tc_credentials_free(sample.credentials);
	}
}

static const tc_json *present_bewit(
	const struct sample *sample, const char *url, const char *method, int64_t now)
{
	struct tc__url parts;

	assert_ok(tc__url_parse(url, &parts, NULL), NULL);
	char *resource = tc__object_text(parts.resource, parts.resource_length);
	tc_json_builder *question = begin_question("bewit", sample, method, resource);
	tc_json_add_name(question, "now");
	tc_json_add_int64(question, now);
	const tc_json *answer = ask(question);
	tc_release(resource);
	return answer;
}

static void check_bewit(const struct sample *sample, int64_t expiry)
{
	struct tc__buffer url = TC__BUFFER(TC__URL_MAX);
	tc_error err = TC_ERROR_INIT;

	assert_ok(tc__hawk_signed_url(hawk, sample->credentials, sample->url, expiry, &url, &err),
		&err);
	const tc_json *answer =
		present_bewit(sample, url.data, draw(2) ? "GET" : "HEAD", expiry - 60);
	if (text_at(answer, "error"))
		fail_msg("%s: %s", url.data, text_at(answer, "error"));
	assert_same_ext(answer, sample->credentials);
	tc_release(answer);
	answer = present_bewit(sample, url.data, "GET", expiry + 1);
	assert_string_equal(text_at(answer, "error"), "Access expired");
	tc_release(answer);
	tc__buffer_clear(&url);
}

static void test_bewits(void **state)
{
	struct sample sample;

	(void)state;
	random_state = 4;
	for (int i = 0; i < REQUESTS; i++) {
		draw_sample(&sample);
		check_bewit(&sample, 1700000000 + (int64_t)draw(1000000000));
		tc_credentials_free(sample.credentials);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_and_replies),
		cmocka_unit_test(test_the_peer_refuses_what_is_wrong),
		cmocka_unit_test(test_stale_timestamps),
		cmocka_unit_test(test_bewits),
	};
	const char *optional = getenv("TC_OPTIONAL_PEERS");

	hawk = tc__hawk_new(NULL, NULL);
	peer = tc_peer_start("tests/interop/hawk_server.js");
	if (!hawk || !peer) {
		fprintf(stderr, "node with its module hawk is needed (node-hawk)\n");
		return optional && strcmp(optional, "skip") == 0 ? SKIPPED : 1;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	tc_peer_stop(peer);
	tc__hawk_free(hawk);
	return failed;
}
