/* SPDX-License-Identifier: MPL-2.0 */
/* The chain of trust with each single allocation failing in turn: certificates are whole or none,
 * keys leave no file, and what could not be verified for want of memory is no fault. */
#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include "tests/nomem/failing.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/chain_of_trust.h>
#include <unistd.h>

#define TASK DEPOT_TASK
#define TASK_TEXT \
	"{\"payload\":{\"a\":[1.50,{\"b\":\"<&>\"}]},\"tags\":{\"x\":\"1\",\"a\":\"2\"}," \
	"\"metadata\":{\"name\":\"n\"},\"scopes\":[\"a:b\"]}"
#define ADDITIONAL "{\"environment\":{\"z\":[1e21,null]},\"artifacts\":{},\"more\":\"text\"}"

/* Made before anything fails; the server's process has a copy. */
static struct {
	struct tc_folder folder;
	const tc_json *task, *additional;
	tc_trust_key *key;
	char public_key[TC_TRUST_KEY_SIZE], sha256[65];
	char *text;
	size_t length;
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE];
	struct tc_responder *responder;
	tc_client *client;
} world;

static struct tc_trust_options make_options(struct tc_trust_artifact artifacts[2])
{
	struct tc_trust_options options = TC_TRUST_OPTIONS_INIT;

	artifacts[0] = (struct tc_trust_artifact){ "public/y", world.sha256 };
	artifacts[1] = (struct tc_trust_artifact){ "public/x", world.sha256 };
	options.task_id = TASK;
	options.task = world.task;
	options.worker_group = options.worker_id = "w";
	options.artifacts = artifacts;
	options.artifacts_count = 2;
	return options;
}

/* ---- a server ---- */

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	static char text[300];
	const char *target = request->target;
	const char *part = strstr(target, "artifact-content/");
	bool bytes = strstr(target, "/storage/");

	(void)data;
	reply->headers = "Content-Type: application/json\r\n";
	reply->body = TASK_TEXT;
	if (part && !bytes) {
		snprintf(text, sizeof text,
			"{\"storageType\":\"s3\",\"url\":\"http://%s/storage/%s\"}",
			tc_responder_header(request, "host"), part);
		reply->body = text;
	} else if (strstr(target, "/status")) {
		reply->body = "{\"status\":{\"runs\":[{\"runId\":0}]}}";
	} else if (bytes && !strstr(target, "chain-of-trust")) {
		reply->body = "hello";
	}
	reply->body_length = strlen(reply->body);
	if (!bytes || !strstr(target, "chain-of-trust"))
		return;
	bool is_signature = strstr(target, ".sig");
	reply->body = is_signature ? (char *)world.signature : world.text;
	reply->body_length = is_signature ? sizeof world.signature : world.length;
}

static int verify(bool into_folder, tc_error *err);

static int set_up(void **state)
{
	struct tc_trust_artifact artifacts[2];
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	(void)state;
	tc_folder_make(&world.folder);
	strcpy(world.sha256, sha256_of("hello", 5));
	assert_ok(tc_json_parse(TASK_TEXT, strlen(TASK_TEXT), &world.task, &err), &err);
	assert_ok(tc_json_parse(ADDITIONAL, strlen(ADDITIONAL), &world.additional, &err), &err);
	assert_ok(tc_trust_key_create(tc_folder_path(&world.folder, "key"), world.public_key, &err),
		&err);
	world.key = tc_trust_key_read(tc_folder_path(&world.folder, "key"), &err);
	assert_ok(err.code, &err);
	struct tc_trust_options make = make_options(artifacts);
	assert_ok(tc_trust_make(&make, &world.text, &world.length, &err), &err);
	tc_trust_sign(world.key, world.text, world.length, world.signature);
	world.responder = tc_responder_fork(answer, NULL);
	options.root_url = tc_responder_url(world.responder);
	options.retry_delay_ms = 1;
	options.timeout_ms = 1000; /* old versions of libcurl can forget a transfer */
	world.client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	assert_ok(verify(true, &err), &err); /* what libraries keep for good */
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tc_client_free(world.client);
	tc_responder_stop(world.responder);
	tc_release(world.text);
	tc_trust_key_free(world.key);
	tc_release(world.task);
	tc_release(world.additional);
	tc_folder_remove(&world.folder);
	return 0;
}

/* ---- in memory ---- */

static int make_it(void *data, tc_error *err)
{
	struct tc_trust_artifact artifacts[2];
	struct tc_trust_options options = make_options(artifacts);
	char *text = NULL;
	size_t length = 0;

	options.additional = data;
	int rc = tc_trust_make(&options, &text, &length, err);
	assert_true((rc == TC_OK) == (text != NULL));
	assert_true((rc == TC_OK) == (length > 0));
	tc_release(text);
	return rc;
}

static void certificates(void **state)
{
	(void)state;
	assert_true(tc_failing_each(make_it, NULL) > 5);
	assert_true(tc_failing_each(make_it, (void *)(uintptr_t)world.additional) > 20);
}

static int check_it(void *data, tc_error *err)
{
	const char *const keys[] = { world.public_key };
	const tc_json *certificate = NULL;

	(void)data;
	int rc = tc_trust_check(world.text, world.length, world.signature, sizeof world.signature,
		keys, 1, &certificate, err);
	assert_true((rc == TC_OK) == (certificate != NULL));
	tc_release(certificate);
	return rc;
}

static int read_it(void *data, tc_error *err)
{
	tc_trust_key *key = tc_trust_key_read(data, err);
	int rc = key ? TC_OK : err->code;

	tc_trust_key_free(key);
	return rc;
}

static int create_it(void *data, tc_error *err)
{
	char public_key[TC_TRUST_KEY_SIZE];

	unlink(data);
	int rc = tc_trust_key_create(data, public_key, err);
	assert_true((rc == TC_OK) == (access(data, F_OK) == 0));
	assert_true((rc == TC_OK) == (*public_key != '\0'));
	return rc;
}

static void keys_and_checks(void **state)
{
	char path[100];

	(void)state;
	assert_true(tc_failing_each(check_it, NULL) > 0);
	snprintf(path, sizeof path, "%s/key", world.folder.path);
	assert_true(tc_failing_each(read_it, path) > 0);
	snprintf(path, sizeof path, "%s/new", world.folder.path);
	assert_true(tc_failing_each(create_it, path) > 0);
}

/* ---- verifying ---- */

static void never_faulty(void *data, const struct tc_trust_fault *fault)
{
	(void)data;
	fail_msg("%s: %s", fault->artifact ? fault->artifact : "-", fault->problem);
}

static void remove_all(void)
{
	static const char *const names[] = { "f/public/x", "f/public/y", "f/public/.x.tc-part",
		"f/public/.y.tc-part" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlinkat(world.folder.fd, names[i], 0);
}

static int verify(bool into_folder, tc_error *err)
{
	const char *const keys[] = { world.public_key };
	struct tc_trust_verify_options options = TC_TRUST_VERIFY_OPTIONS_INIT;
	size_t count = 7;

	remove_all();
	options.task_id = TASK;
	options.public_keys = keys;
	options.public_keys_count = 1;
	options.fault = never_faulty;
	options.folder = into_folder ? tc_folder_path(&world.folder, "f") : NULL;
	int rc = tc_trust_verify(world.client, &options, &count, err);
	if (rc == TC_OK)
		assert_int_equal(count, 2);
	if (into_folder) {
		assert_false(tc_folder_has(&world.folder, "f/public/.x.tc-part"));
		assert_false(tc_folder_has(&world.folder, "f/public/.y.tc-part"));
	}
	return rc;
}

static int verify_only(void *data, tc_error *err)
{
	(void)data;
	return verify(false, err);
}

static int verify_into_folder(void *data, tc_error *err)
{
	(void)data;
	return verify(true, err);
}

static void verifications(void **state)
{
	(void)state;
	assert_true(tc_failing_each_with_libraries(verify_only, NULL) > 20);
	assert_true(tc_failing_each_with_libraries(verify_into_folder, NULL) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates),
		cmocka_unit_test(keys_and_checks),
		cmocka_unit_test(verifications),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
