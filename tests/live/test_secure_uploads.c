/* SPDX-License-Identifier: MPL-2.0 */
/* Bodies from sources over TLS, by HTTP/2 and 1.1. */
#include "transfers.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BODY_LENGTH 3000000

struct fixture {
	char folder[64], certificate[100], key[100];
	int input; /* the server ends with it */
	FILE *output;
	int port;
	struct tc_options options;
	tc_client *client;
	tc_error err;
};

static int setup(void **state)
{
	static struct fixture f;
	char command[1000];
	int input[2];

	strcpy(f.folder, "/tmp/tc-storage-XXXXXX");
	assert_non_null(mkdtemp(f.folder));
	snprintf(f.certificate, sizeof f.certificate, "%s/cert.pem", f.folder);
	snprintf(f.key, sizeof f.key, "%s/key.pem", f.folder);
	snprintf(command, sizeof command,
		"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test "
		"-addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s >/dev/null 2>&1",
		f.key, f.certificate);
	assert_int_equal(system(command), 0);
	assert_int_equal(pipe(input), 0);
	snprintf(command, sizeof command, "exec node tests/live/storage_server.js %s %s <&%d %d>&-",
		f.key, f.certificate, input[0], input[1]);
	f.output = popen(command, "r");
	assert_non_null(f.output);
	close(input[0]);
	f.input = input[1];
	assert_int_equal(fscanf(f.output, "%d", &f.port), 1);
	f.options.ca_file = f.certificate;
	f.client = transfer_client(&f.options);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	tc_client_free(f->client);
	close(f->input);
	pclose(f->output);
	unlink(f->certificate);
	unlink(f->key);
	rmdir(f->folder);
	return 0;
}

/* The SHA-256 of so many bytes of the pattern, as hex. */
static void hash_pattern(int64_t length, char hex[65])
{
	unsigned char digest[32];
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	for (int64_t i = 0; i < length; i++) {
		char byte = pattern_at(i);
		EVP_DigestUpdate(context, &byte, 1);
	}
	EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static tc_call *new_upload(
	struct fixture *f, const char *method, const char *path, const struct tc_source *body)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	char url[100];

	snprintf(url, sizeof url, "https://127.0.0.1:%d%s", f->port, path);
	options.body = body;
	tc_call *call = tc_transfer_new(f->client, method, url, &options, &f->err);
	assert_ok(f->err.code, &f->err);
	assert_ok(tc_call_header(call, "Content-Type", "text/x-mine", &f->err), &f->err);
	return call;
}

static void test_http2(void **state)
{
	static const char *const methods[] = { "PUT", "POST" };
	struct fixture *f = *state;
	char expected[300], hash[65];

	hash_pattern(BODY_LENGTH, hash);
	for (size_t i = 0; i < 2; i++)
		for (enum face face = 0; face < FACES; face++) {
			struct flow flow = { .length = BODY_LENGTH, .piece = 10000 };
			struct tc_source body = TC_SOURCE_INIT;
			tc_response *response = NULL;
			flow_source(&body, &flow, false);
			tc_call *call = new_upload(f, methods[i], "/x", &body);
			assert_ok(transfer_perform(face, call, &response, &f->err), &f->err);
			snprintf(expected, sizeof expected,
				"{\"version\":\"2.0\",\"length\":%d,\"sha256\":\"%s\",\"told\":\"%"
				"d\","
				"\"type\":\"text/x-mine\",\"method\":\"%s\"}",
				BODY_LENGTH, hash, BODY_LENGTH, methods[i]);
			assert_string_equal(tc_response_body(response, NULL), expected);
			tc_release(response);
			tc_call_free(call);
		}
}

static void test_refused_on_the_way(void **state)
{
	struct fixture *f = *state;

	for (enum face face = 0; face < FACES; face++) {
		struct flow flow = { .length = (int64_t)64 << 20 };
		struct tc_source body = TC_SOURCE_INIT;
		flow_source(&body, &flow, true);
		tc_call *call = new_upload(f, "PUT", "/refused", &body);
		transfer_perform(face, call, NULL, &f->err);
		assert_int_equal(f->err.http_status, 403);
		assert_failure(&f->err, TC_ERROR_HTTP, "403 AccessDenied: Request has expired");
		tc_call_free(call);
	}
}

static void test_sources_that_lie(void **state)
{
	struct fixture *f = *state;

	for (int more = -1; more <= 1; more += 2)
		for (enum face face = 0; face < FACES; face++) {
			struct flow flow = { .length = BODY_LENGTH + more };
			struct tc_source body = TC_SOURCE_INIT;
			flow_source(&body, &flow, true);
			body.length = BODY_LENGTH;
			tc_call *call = new_upload(f, "PUT", "/x", &body);
			transfer_perform(face, call, NULL, &f->err);
			assert_failure(
				&f->err, TC_ERROR_INPUT, more > 0 ? "more than" : "ends after");
			tc_call_free(call);
		}
}

struct asked {
	size_t left, most;
};

static int read_asked(void *data, void *bytes, size_t size, size_t *length, tc_error *err)
{
	struct asked *asked = data;

	(void)err;
	asked->most = size > asked->most ? size : asked->most;
	*length = size < asked->left ? size : asked->left;
	memset(bytes, 'a', *length);
	asked->left -= *length;
	return TC_OK;
}

/* A server that refuses and closes at once is heard before each record of TLS: of two in one go
 * the second could meet the closed connection, and the refusal would be lost. */
static void test_pieces_are_records(void **state)
{
	struct fixture *f = *state;
	enum tc_http versions[] = { TC_HTTP_1_1, TC_HTTP_2 };

	for (size_t i = 0; i < 2; i++) {
		struct asked asked = { .left = BODY_LENGTH };
		struct tc_source body = TC_SOURCE_INIT;
		struct tc_options options = { .ca_file = f->certificate,
			.http_version = versions[i] };
		tc_client *before = f->client;
		body.length = BODY_LENGTH;
		body.read = read_asked;
		body.data = &asked;
		f->client = transfer_client(&options);
		tc_call *call = new_upload(f, "PUT", "/x", &body);
		assert_ok(tc_call_perform(call, NULL, &f->err), &f->err);
		assert_int_in_range(asked.most, 1, 16384);
		tc_call_free(call);
		tc_client_free(f->client);
		f->client = before;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http2), cmocka_unit_test(test_refused_on_the_way),
		cmocka_unit_test(test_sources_that_lie), cmocka_unit_test(test_pieces_are_records),
		cmocka_unit_test(test_http2), /* after all that was broken off */
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
