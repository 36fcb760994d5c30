/* SPDX-License-Identifier: MPL-2.0 */
/* Verifying the artifacts of a run on a sandbox: what holds, and what was done to make it seem so.
 */
#define _XOPEN_SOURCE 700 /* symlinkat */

#include "tests/harness/test.h"

#include "tests/harness/depot.h"
#include "tests/harness/responder.h"
#include "tests/workflows/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/cancel.h>
#include <taskcluster/chain_of_trust.h>
#include <taskcluster/queue.h>
#include <unistd.h>

static struct world world;
static struct tc_folder keys;
static tc_trust_key *key, *foreign;
static char public_key[TC_TRUST_KEY_SIZE], foreign_key[TC_TRUST_KEY_SIZE];
static tc_error err;

static tc_trust_key *make_key(const char *name, char text[TC_TRUST_KEY_SIZE])
{
	assert_ok(tc_trust_key_create(tc_folder_path(&keys, name), text, &err), &err);
	tc_trust_key *made = tc_trust_key_read(tc_folder_path(&keys, name), &err);
	assert_ok(err.code, &err);
	return made;
}

static int set_up(void **state)
{
	(void)state;
	world_open(&world);
	tc_folder_make(&keys);
	key = make_key("key", public_key);
	foreign = make_key("foreign", foreign_key);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tc_trust_key_free(key);
	tc_trust_key_free(foreign);
	tc_folder_remove(&keys);
	world_close(&world);
	return 0;
}

/* ---- one task of it ---- */

#define TOLD_MAX 16

struct scene {
	struct tc_folder folder;
	struct tc_trust_verify_options options;
	const char *keys[2];
	const char *into;
	struct tc_trust_artifact artifacts[16]; /* that are certified */
	char digests[16][65];
	size_t covered;
	char *text; /* of the certificate */
	size_t length;
	unsigned char signature[TC_TRUST_SIGNATURE_SIZE];

	size_t count;
	struct {
		char artifact[128], problem[400]; /* "": the certificate */
	} faults[TOLD_MAX];
	size_t faults_count;
	char verified[TOLD_MAX][64];
	size_t verified_count;
};

static void take_fault(void *data, const struct tc_trust_fault *fault)
{
	struct scene *scene = data;
	size_t at = scene->faults_count++;

	assert_true(scene->faults_count <= TOLD_MAX);
	snprintf(scene->faults[at].artifact, sizeof scene->faults[at].artifact, "%s",
		fault->artifact ? fault->artifact : "");
	snprintf(scene->faults[at].problem, sizeof scene->faults[at].problem, "%s", fault->problem);
}

static void take_verified(void *data, const char *name, const struct tc_downloaded *result)
{
	struct scene *scene = data;
	size_t at = scene->verified_count++;

	assert_true(scene->verified_count <= TOLD_MAX);
	assert_int_equal(strlen(result->sha256), 64);
	assert_true(result->verified);
	snprintf(scene->verified[at], sizeof scene->verified[at], "%s", name);
}

static void begin(struct scene *scene)
{
	*scene = (struct scene){ .options = TC_TRUST_VERIFY_OPTIONS_INIT, .into = "out" };
	tc_folder_make(&scene->folder);
	world_new_task(&world);
	scene->keys[0] = public_key;
	scene->options.task_id = world.task_id;
	scene->options.public_keys = scene->keys;
	scene->options.public_keys_count = 1;
	scene->options.fault = take_fault;
	scene->options.verified = take_verified;
	scene->options.data = scene;
}

static void end(struct scene *scene)
{
	tc_release(scene->text);
	tc_error_clear(&err);
	tc_folder_remove(&scene->folder);
}

static void upload(const char *name, const void *bytes, size_t length, enum tc_encoding encoding)
{
	const struct tc_artifact artifact = {
		.task_id = world.task_id, .run_id = world.run_id, .name = name
	};
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source source = TC_SOURCE_INIT;

	tc_source_memory(&source, bytes, length);
	options.encoding = encoding;
	assert_ok(tc_upload_artifact(world.client, &artifact, &source, &options, NULL, &err), &err);
}

/* It is to be in the certificate, as what has these bytes. */
static void cover(struct scene *scene, const char *name, const char *bytes)
{
	size_t at = scene->covered++;

	strcpy(scene->digests[at], sha256_of(bytes, strlen(bytes)));
	scene->artifacts[at] =
		(struct tc_trust_artifact){ .name = name, .sha256 = scene->digests[at] };
}

/* An artifact, and it is covered. */
static void add(struct scene *scene, const char *name, const char *bytes)
{
	upload(name, bytes, strlen(bytes), TC_ENCODING_DEFAULT);
	cover(scene, name, bytes);
}

static const tc_json *task_of(const char *task_id)
{
	const tc_json *task = NULL;
	tc_call *call = tc_queue_task_call(world.client, task_id, &err);

	assert_ok(tc_call_perform_json(call, &task, &err), &err);
	tc_call_free(call);
	return task;
}

/* Makes it as the worker of this run does. */
static void certify(struct scene *scene, const char *additional)
{
	const tc_json *task = task_of(world.task_id), *more = NULL;
	struct tc_trust_options options = TC_TRUST_OPTIONS_INIT;

	if (additional)
		assert_ok(tc_json_parse(additional, strlen(additional), &more, &err), &err);
	options.task_id = world.task_id;
	options.run_id = atoi(world.run_id);
	options.task = task;
	options.worker_group = "group";
	options.worker_id = "worker";
	options.artifacts = scene->artifacts;
	options.artifacts_count = scene->covered;
	options.additional = more;
	tc_release(scene->text);
	assert_ok(tc_trust_make(&options, &scene->text, &scene->length, &err), &err);
	tc_trust_sign(key, scene->text, scene->length, scene->signature);
	tc_release(task);
	tc_release(more);
}

static void publish(struct scene *scene)
{
	upload(TC_TRUST_CERTIFICATE, scene->text, scene->length, TC_ENCODING_GZIP);
	upload(TC_TRUST_SIGNATURE, scene->signature, sizeof scene->signature, TC_ENCODING_GZIP);
}

static void certify_and_publish(struct scene *scene)
{
	certify(scene, NULL);
	publish(scene);
}

static int verify(struct scene *scene)
{
	char folder[100];

	snprintf(
		folder, sizeof folder, "%s/%s", scene->folder.path, scene->into ? scene->into : "");
	scene->options.folder = scene->into ? folder : NULL;
	scene->faults_count = scene->verified_count = 0;
	return tc_trust_verify(world.client, &scene->options, &scene->count, &err);
}

static void holds(struct scene *scene, size_t count)
{
	assert_ok(verify(scene), &err);
	assert_int_equal(scene->faults_count, 0);
	assert_int_equal(scene->count, count);
	assert_int_equal(scene->verified_count, count);
}

static const char *fault_of(const struct scene *scene, const char *artifact)
{
	for (size_t i = 0; i < scene->faults_count; i++)
		if (strcmp(scene->faults[i].artifact, artifact) == 0)
			return scene->faults[i].problem;
	fail_msg("nothing was told of \"%s\"", artifact);
	return NULL;
}

static void has_fault(const struct scene *scene, const char *artifact, const char *part)
{
	const char *problem = fault_of(scene, artifact);

	if (!strstr(problem, part))
		fail_msg("of \"%s\" was told: %s; expected %s", artifact, problem, part);
}

/* The certificate does not hold: nothing was made, not even the folder. */
static void is_refused(struct scene *scene, const char *part)
{
	assert_int_equal(verify(scene), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, "1 fault was found");
	assert_int_equal(scene->faults_count, 1);
	has_fault(scene, "", part);
	assert_int_equal(scene->count, 0);
	assert_int_equal(scene->verified_count, 0);
	if (scene->into)
		assert_false(tc_folder_has(&scene->folder, scene->into));
}

/* Some artifacts do not hold. */
static void has_faults(struct scene *scene, size_t faults, size_t count)
{
	char part[64];

	snprintf(part, sizeof part, "%zu fault%s found", faults, faults == 1 ? " was" : "s were");
	assert_int_equal(verify(scene), TC_ERROR_INPUT);
	assert_failure(&err, TC_ERROR_INPUT, part);
	assert_int_equal(scene->faults_count, faults);
	assert_int_equal(scene->count, count);
	assert_int_equal(scene->verified_count, count);
}

/* How many, hidden ones too. */
static int names_in(const struct scene *scene, const char *name)
{
	struct tc_folder inner = { .fd = -1 };

	int length = snprintf(inner.path, sizeof inner.path, "%s/%s", scene->folder.path, name);
	assert_true(length > 0 && (size_t)length < sizeof inner.path);
	return tc_folder_count(&inner);
}

/* ---- what holds ---- */

static void all_that_is_covered_is_verified_and_saved(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/build.zip", "zip");
	add(&scene, "public/logs/certified.log", "log\n");
	add(&scene, "private/empty", "");
	world_upload(&world, "public/object", TC_STORAGE_OBJECT, "object", 6);
	cover(&scene, "public/object", "object");
	world_upload(&world, "public/uncovered", TC_STORAGE_S3, "x", 1);
	certify_and_publish(&scene);
	holds(&scene, 4);
	tc_folder_check(&scene.folder, "out/public/build.zip", "zip");
	tc_folder_check(&scene.folder, "out/public/logs/certified.log", "log\n");
	tc_folder_check(&scene.folder, "out/private/empty", "");
	tc_folder_check(&scene.folder, "out/public/object", "object");
	assert_false(tc_folder_has(&scene.folder, "out/public/uncovered"));

	/* once more, and only read */
	holds(&scene, 4);
	scene.into = NULL;
	holds(&scene, 4);

	/* one of them, named twice, with a key that did not sign in front */
	const char *const names[] = { "public/build.zip", "public/build.zip" };
	scene.options.names = names;
	scene.options.names_count = 2;
	scene.keys[0] = foreign_key;
	scene.keys[1] = public_key;
	scene.options.public_keys_count = 2;
	scene.into = "one";
	holds(&scene, 1);
	assert_int_equal(tc_folder_count(&scene.folder), 2);
	tc_folder_check(&scene.folder, "one/public/build.zip", "zip");
	assert_false(tc_folder_has(&scene.folder, "one/private"));
	end(&scene);
}

static void a_signature_may_be_stored_as_it_is(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	certify(&scene, NULL);
	upload(TC_TRUST_CERTIFICATE, scene.text, scene.length, TC_ENCODING_IDENTITY);
	upload(TC_TRUST_SIGNATURE, scene.signature, 64, TC_ENCODING_IDENTITY);
	holds(&scene, 1);
	end(&scene);
}

static void a_certificate_with_additional_data_holds(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	certify(&scene, "{\"environment\":{\"more\":1.50},\"chainOfTrustVersion\":7,\"task\":{}}");
	publish(&scene);
	holds(&scene, 1);
	end(&scene);
}

/* More than fly at the same time. */
static void many_artifacts_hold(void **state)
{
	static char names[14][16];
	struct scene scene;

	(void)state;
	begin(&scene);
	for (size_t i = 0; i < 14; i++) {
		snprintf(names[i], sizeof names[i], "public/%zu", i);
		add(&scene, names[i], names[i]);
	}
	certify_and_publish(&scene);
	holds(&scene, 14);
	for (size_t i = 0; i < 14; i++) {
		char path[16 + 4] = "out/";
		strcat(path, names[i]);
		tc_folder_check(&scene.folder, path, names[i]);
	}
	end(&scene);
}

/* All names sorted, no escapes for HTML, an empty environment, workerType, any digest. */
static void scriptworkers_certificates_hold(void **state)
{
	static const char form[] = "{\n  \"artifacts\": {\n    \"public/a\": {\n      \"sha256\": "
				   "\"%s\"\n    },\n \"public/b\": {\"sha512\": \"%s\"}\n  },\n  "
				   "\"chainOfTrustVersion\": 1,\n  \"environment\": {},\n  "
				   "\"runId\": 0,\n  \"task\": %s,\n  \"taskId\": \"%s\",\n  "
				   "\"workerGroup\": \"<b>&\",\n  \"workerId\": \"w\",\n  "
				   "\"workerType\": \"t\"\n}";
	struct tc_uploaded done;
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source source = TC_SOURCE_INIT;
	struct scene scene;
	char *definition = NULL;

	(void)state;
	begin(&scene);
	const struct tc_artifact b = {
		.task_id = world.task_id, .run_id = "0", .name = "public/b"
	};
	upload("public/a", "a", 1, TC_ENCODING_DEFAULT);
	tc_source_memory(&source, "b", 1);
	assert_ok(tc_upload_artifact(world.client, &b, &source, &options, &done, &err), &err);
	const tc_json *task = task_of(world.task_id);
	assert_ok(tc_json_write(task, TC_JSON_COMPACT, &definition, NULL, &err), &err);
	size_t size = sizeof form + strlen(definition) + 300;
	scene.text = tc_block_resize(NULL, size);
	scene.length = (size_t)snprintf(
		scene.text, size, form, sha256_of("a", 1), done.sha512, definition, world.task_id);
	tc_trust_sign(key, scene.text, scene.length, scene.signature);
	publish(&scene);
	holds(&scene, 2);

	/* the same with another digest of the second */
	strstr(scene.text, done.sha512)[7] ^= 1;
	tc_trust_sign(key, scene.text, scene.length, scene.signature);
	publish(&scene);
	has_faults(&scene, 1, 1);
	has_fault(&scene, "public/b", "its bytes have the sha512");
	tc_release(definition);
	tc_release(task);
	end(&scene);
}

/* ---- certificates that do not hold ---- */

static void a_certificate_that_is_not_there_is_told(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	is_refused(&scene, "artifact public/chain-of-trust.json of task");
	certify(&scene, NULL);
	upload(TC_TRUST_CERTIFICATE, scene.text, scene.length, TC_ENCODING_GZIP);
	is_refused(&scene, "artifact public/chain-of-trust.json.sig of task");
	world_error(&world, TC_TRUST_SIGNATURE, "file-missing-on-worker", "gone");
	is_refused(&scene, "artifact public/chain-of-trust.json.sig of task");
	scene.options.run_id = "1";
	is_refused(&scene, "run 1");
	scene.options.run_id = NULL;
	scene.options.task_id = "AAAAAAAAQAWAAAAAAAAAAA";
	is_refused(&scene, "AAAAAAAAQAWAAAAAAAAAAA");
	end(&scene);
}

static void a_signature_of_another_key_or_text_does_not_hold(void **state)
{
	struct scene scene;
	unsigned char good[64];

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	certify(&scene, NULL);
	memcpy(good, scene.signature, sizeof good);
	tc_trust_sign(foreign, scene.text, scene.length, scene.signature);
	publish(&scene);
	is_refused(&scene, "the signature is of none of the 1 keys");
	tc_trust_sign(key, "other", 5, scene.signature);
	publish(&scene);
	is_refused(&scene, "the signature is of none of the 1 keys");

	/* bytes behind the signature */
	char longer[65] = { 0 };
	memcpy(longer, good, sizeof good);
	upload(TC_TRUST_SIGNATURE, longer, sizeof longer, TC_ENCODING_GZIP);
	is_refused(&scene, "the signature has 65 bytes; expected the 64");
	char *endless = calloc(1, 100000);
	upload(TC_TRUST_SIGNATURE, endless, 100000, TC_ENCODING_GZIP);
	is_refused(&scene, "there are more than 4096 bytes");
	free(endless);

	/* bytes behind the certificate */
	upload(TC_TRUST_SIGNATURE, good, sizeof good, TC_ENCODING_GZIP);
	scene.text[scene.length] = '\n';
	upload(TC_TRUST_CERTIFICATE, scene.text, scene.length + 1, TC_ENCODING_GZIP);
	is_refused(&scene, "the signature is of none of the 1 keys");
	upload(TC_TRUST_CERTIFICATE, scene.text, scene.length, TC_ENCODING_GZIP);
	holds(&scene, 1);
	end(&scene);
}

static void a_certificate_of_another_task_or_run_does_not_hold(void **state)
{
	struct scene scene, other;
	char expected[200];

	(void)state;
	begin(&other);
	add(&other, "public/a", "a");
	certify_and_publish(&other);
	snprintf(expected, sizeof expected, "the certificate is of task %s, run 0; expected task ",
		world.task_id);
	begin(&scene);
	upload("public/a", "a", 1, TC_ENCODING_DEFAULT);
	memcpy(scene.signature, other.signature, sizeof scene.signature);
	scene.length = other.length;
	scene.text = tc_block_resize(NULL, scene.length + 1);
	memcpy(scene.text, other.text, scene.length + 1);
	publish(&scene);
	is_refused(&scene, expected);
	end(&other);

	/* that of run 0, at run 1 */
	cover(&scene, "public/a", "a");
	certify_and_publish(&scene);
	world_next_run(&world);
	upload("public/a", "a", 1, TC_ENCODING_DEFAULT);
	publish(&scene);
	is_refused(&scene, "run 0; expected task");
	has_fault(&scene, "", "run 1");
	scene.options.run_id = "0";
	holds(&scene, 1);
	end(&scene);
}

/* A new run begins meanwhile, by another client than the one that is busy. */
struct meanwhile {
	tc_client *client;
	int left; /* calls before */
};

static int begin_next_run(void *data, const struct tc_job_progress *progress)
{
	struct meanwhile *meanwhile = data;
	tc_client *busy = world.client;

	(void)progress;
	if (meanwhile->left-- != 0)
		return 0;
	world.client = meanwhile->client;
	world_next_run(&world);
	world_upload(&world, "public/a", TC_STORAGE_S3, "another", 7);
	world.client = busy;
	return 0;
}

static void the_run_is_chosen_once(void **state)
{
	struct meanwhile meanwhile = { .client = tc_client_dup(world.client, &err) };

	(void)state;
	assert_non_null(meanwhile.client);
	for (int calls = 0; calls < 6; calls++) {
		struct scene scene;
		begin(&scene);
		world_next_run(&world);
		add(&scene, "public/a", "a");
		certify_and_publish(&scene);
		meanwhile.left = calls;
		scene.options.progress = begin_next_run;
		scene.options.progress_data = &meanwhile;
		holds(&scene, 1);
		assert_string_equal(world.run_id, "2");
		tc_folder_check(&scene.folder, "out/public/a", "a");
		end(&scene);
	}
	tc_client_free(meanwhile.client);
}

/* Signed by the worker, and still not this task. */
static void resign(struct scene *scene, const char *from, const char *to)
{
	char *at = strstr(scene->text, from);

	assert_non_null(at);
	size_t rest = strlen(at + strlen(from)) + 1;
	char *text = tc_block_resize(NULL, scene->length + strlen(to) + 1);
	size_t before = (size_t)(at - scene->text);
	memcpy(text, scene->text, before);
	memcpy(text + before, to, strlen(to));
	memcpy(text + before + strlen(to), at + strlen(from), rest);
	tc_release(scene->text);
	scene->text = text;
	scene->length = strlen(text);
	tc_trust_sign(key, scene->text, scene->length, scene->signature);
	publish(scene);
}

static void another_definition_does_not_hold(void **state)
{
	static const struct {
		const char *from, *to, *part; /* part NULL: it holds */
	} cases[] = {
		{ "\"payload\": {}", "\"payload\": {\"a\": 1}", "/task/payload has another value" },
		{ "\"retries\": 5", "\"retries\": 4", "/task/retries has another value" },
		{ "\"retries\": 5", "\"retries\": 5.0", NULL },
		{ "\"scopes\": []", "\"scopes\": [\"a:*\"]", "/task/scopes has another value" },
		{ "\"scopes\": [],", "", NULL }, /* empty, and so in the queue */
		{ "\"name\": \"n\"", "\"name\": \"other\"", "/task/metadata has another value" },
		{ "\"name\": \"n\"", "\"name\": \"n\", \"more\": 1", "/task/metadata has another" },
		{ "\"retries\": 5,", "", "/task/retries is missing" },
		{ "\"priority\": \"lowest\",", "", "/task/priority is missing" },
		{ "\"priority\": \"lowest\"", "\"priority\": 1",
			"/task/priority has another value" },
		{ "\"taskQueueId\": \"test/worker\",", "",
			NULL }, /* queues did not always say it */
		{ "\"taskQueueId\": \"test/worker\"", "\"taskQueueId\": \"test/other\"",
			"/task/taskQueueId has another value" },
		{ "\"retries\": 5", "\"retries\": 5, \"more\": []", NULL },
		{ "\"retries\": 5", "\"retries\": 5, \"more\": [0]",
			"/task/more is unknown to the queue" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scene scene;
		begin(&scene);
		add(&scene, "public/a", "a");
		certify(&scene, NULL);
		resign(&scene, cases[i].from, cases[i].to);
		if (cases[i].part)
			is_refused(&scene, cases[i].part);
		else
			holds(&scene, 1);
		end(&scene);
	}
}

/* The queue's definition is not the one that was claimed then. */
static void a_priority_that_was_changed_meanwhile_holds(void **state)
{
	const struct tc_queue_change_task_priority_request higher = { .new_priority = "high" };
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	certify_and_publish(&scene);
	assert_ok(tc_queue_change_task_priority(world.client, world.task_id, &higher, NULL, &err),
		&err);
	const tc_json *task = task_of(world.task_id);
	assert_string_equal(tc_json_text(tc_json_get(task, "priority")), "high");
	tc_release(task);
	holds(&scene, 1);
	end(&scene);
}

/* A few bytes on their way, and as many as there may be in memory. */
static void a_huge_certificate_is_refused(void **state)
{
	size_t length = TC_TRUST_SIZE_MAX + 1;
	char *bytes = malloc(length);
	struct scene scene;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, ' ', length);
	begin(&scene);
	certify_and_publish(&scene);
	upload(TC_TRUST_CERTIFICATE, bytes, length, TC_ENCODING_GZIP);
	is_refused(&scene, "there are more than 16777216 bytes");
	free(bytes);
	end(&scene);
}

static void a_signed_text_that_is_no_certificate_is_refused(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	certify(&scene, NULL);
	resign(&scene, "\"sha256\"", "\"md5\"");
	is_refused(&scene, "public/a has a digest md5, which is unknown");
	resign(&scene, "\"md5\"", "\"sha256\"");
	holds(&scene, 1);
	scene.into = "twice";
	resign(&scene, "\"artifacts\": {", "\"artifacts\": {}, \"artifacts\": {");
	is_refused(&scene, "\"artifacts\"");
	end(&scene);
}

/* ---- artifacts that do not hold ---- */

static void each_artifact_that_does_not_hold_is_named(void **state)
{
	static const char *const names[] = { "public/good", "public/altered", "public/missing",
		"public/error", "public/uncovered", "public/nowhere", "public/object" };
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/good", "good");
	upload("public/altered", "evil", 4, TC_ENCODING_DEFAULT);
	cover(&scene, "public/altered", "good");
	cover(&scene, "public/missing", "good");
	world_error(&world, "public/error", "file-missing-on-worker", "it was not made");
	cover(&scene, "public/error", "good");
	upload("public/uncovered", "evil", 4, TC_ENCODING_DEFAULT);
	/* the object service's own hash is right */
	world_upload(&world, "public/object", TC_STORAGE_OBJECT, "evil", 4);
	cover(&scene, "public/object", "good");
	certify_and_publish(&scene);
	has_faults(&scene, 4, 1);
	has_fault(&scene, "public/altered", "its bytes have the sha256");
	has_fault(&scene, "public/missing", "404");
	has_fault(&scene, "public/error", "it was not made");
	has_fault(&scene, "public/object", "its bytes have the sha256");

	scene.options.names = names;
	scene.options.names_count = 7;
	has_faults(&scene, 6, 1);
	has_fault(&scene, "public/uncovered", "the certificate does not cover it");
	has_fault(&scene, "public/nowhere", "the certificate does not cover it");
	has_fault(&scene, "public/altered", "its bytes have the sha256");
	scene.into = NULL;
	has_faults(&scene, 6, 1);

	/* nothing of the others is there, not even hidden */
	assert_int_equal(names_in(&scene, "out/public"), 1);
	tc_folder_check(&scene.folder, "out/public/good", "good");
	end(&scene);
}

static void what_was_there_before_stays_when_nothing_better_comes(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	upload("a", "evil", 4, TC_ENCODING_DEFAULT);
	cover(&scene, "a", "good");
	certify_and_publish(&scene);
	assert_int_equal(mkdirat(scene.folder.fd, "out", 0755), 0);
	tc_folder_put(&scene.folder, "out/a", "older", 0644);
	tc_folder_put(&scene.folder, "out/.a.tc-part", "half of something", 0600);
	has_faults(&scene, 1, 0);
	tc_folder_check(&scene.folder, "out/a", "older");
	assert_false(tc_folder_has(&scene.folder, "out/.a.tc-part"));
	end(&scene);
}

/* The queue hands out where the bytes are: elsewhere they are verified all the same. */
static void serve(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	const char *const *body = data;

	(void)request;
	reply->body = *body;
	reply->body_length = strlen(*body);
}

static void what_is_redirected_elsewhere_is_verified(void **state)
{
	const char *body = "good";
	struct tc_responder *responder = tc_responder_start(serve, &body);
	struct scene scene;

	(void)state;
	begin(&scene);
	world_reference(&world, "public/elsewhere", tc_responder_url(responder));
	cover(&scene, "public/elsewhere", "good");
	world_link(&world, "public/link", "public/elsewhere");
	cover(&scene, "public/link", "good");
	certify_and_publish(&scene);
	holds(&scene, 2);
	tc_folder_check(&scene.folder, "out/public/link", "good");
	body = "evil"; /* it changed after it was verified */
	has_faults(&scene, 2, 0);
	has_fault(&scene, "public/elsewhere", "its bytes have the sha256");
	has_fault(&scene, "public/link", "its bytes have the sha256");
	tc_folder_check(&scene.folder, "out/public/link", "good");
	tc_responder_stop(responder);
	end(&scene);
}

/* A task's author names them. */
static void names_that_leave_the_folder_are_faults(void **state)
{
	static const char *const hostile[] = { "../out.txt", "/tmp/tc-trust-never-made",
		"a/../../b", "a//b", ".a.tc-part", "x/y" };
	struct scene scene;

	(void)state;
	begin(&scene);
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
		add(&scene, hostile[i], "evil");
	add(&scene, "x", "a file where a folder would be");
	certify_and_publish(&scene);
	has_faults(&scene, 6, 1);
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
		fault_of(&scene, hostile[i]);
	has_fault(&scene, "../out.txt", "\"..\"");
	has_fault(&scene, "x/y", "it would lie in a folder x, which is an artifact as well");
	assert_int_equal(tc_folder_count(&scene.folder), 1);
	assert_int_not_equal(access("/tmp/tc-trust-never-made", F_OK), 0);

	/* only read they are what they are */
	scene.into = NULL;
	holds(&scene, 7);
	end(&scene);
}

/* Names that no artifact can have. */
static void impossible_names_are_faults(void **state)
{
	static char longest[2000];
	struct scene scene;

	(void)state;
	begin(&scene);
	memset(longest, 'x', sizeof longest - 1);
	add(&scene, "public/a", "a");
	cover(&scene, "", "a");
	cover(&scene, longest, "a");
	cover(&scene, "public/new\nline", "a");
	certify_and_publish(&scene);
	has_faults(&scene, 3, 1);
	scene.into = NULL;
	has_faults(&scene, 3, 1);
	fault_of(&scene, "");
	end(&scene);
}

static void a_link_in_the_folder_is_not_followed(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	certify_and_publish(&scene);
	assert_int_equal(mkdirat(scene.folder.fd, "out", 0755), 0);
	assert_int_equal(mkdirat(scene.folder.fd, "elsewhere", 0755), 0);
	assert_int_equal(symlinkat("../elsewhere", scene.folder.fd, "out/public"), 0);
	assert_int_equal(verify(&scene), TC_ERROR_SYSTEM);
	assert_int_equal(scene.faults_count, 0);
	assert_false(tc_folder_has(&scene.folder, "elsewhere/a"));
	end(&scene);
}

/* ---- what cannot be found out ---- */

static int refuse_at_once(void *data, const struct tc_job_progress *progress)
{
	(void)data, (void)progress;
	return 1;
}

static void an_end_before_the_end_is_no_fault(void **state)
{
	struct scene scene;
	tc_cancel *cancel = tc_cancel_new(&err);

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	add(&scene, "public/b", "b");
	certify_and_publish(&scene);
	scene.options.progress = refuse_at_once;
	assert_int_equal(verify(&scene), TC_ERROR_CANCELED);
	assert_int_equal(scene.faults_count, 0);
	scene.options.progress = NULL;
	tc_cancel_fire(cancel);
	scene.options.cancel = cancel;
	assert_int_equal(verify(&scene), TC_ERROR_CANCELED);
	assert_int_equal(scene.faults_count, 0);
	scene.options.cancel = NULL;
	tc_cancel_free(cancel);
	assert_int_equal(scene.count, 0);
	holds(&scene, 2);
	end(&scene);
}

static void hang(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data, (void)request;
	reply->body = "a";
	reply->body_length = 1;
	reply->delay_ms = 10000;
}

/* The one that holds has come before, or has not. */
static void a_deadline_is_no_fault(void **state)
{
	struct tc_responder *responder = tc_responder_start(hang, NULL);
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	world_reference(&world, "public/never", tc_responder_url(responder));
	cover(&scene, "public/never", "a");
	certify_and_publish(&scene);
	scene.options.deadline_ms = 1000;
	assert_int_equal(verify(&scene), TC_ERROR_TIMEOUT);
	assert_int_equal(scene.faults_count, 0);
	assert_false(tc_folder_has(&scene.folder, "out/public/never"));
	assert_false(tc_folder_has(&scene.folder, "out/public/.never.tc-part"));
	tc_responder_stop(responder);
	end(&scene);
}

/* It may hold: who knows may read it. */
static void what_may_not_be_read_is_no_fault(void **state)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_client *own = world.client;
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "secret/a", "a");
	certify_and_publish(&scene);
	holds(&scene, 1);
	options.root_url = world.server->root_url;
	world.client = tc_client_new(&options, &err); /* it signs nothing */
	assert_ok(err.code, &err);
	int rc = verify(&scene);
	tc_client_free(world.client);
	world.client = own;
	assert_int_equal(rc, TC_ERROR_HTTP);
	assert_failure(&err, TC_ERROR_HTTP, "secret/a");
	assert_int_equal(scene.faults_count, 0);
	end(&scene);
}

/* Nobody can say that the artifact is not what it should be. */
static void hang_up(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data, (void)request;
	reply->status = 503;
}

static void a_broken_store_is_no_fault(void **state)
{
	struct tc_responder *responder = tc_responder_start(hang_up, NULL);
	struct scene scene;

	(void)state;
	begin(&scene);
	add(&scene, "public/a", "a");
	world_reference(&world, "public/busy", tc_responder_url(responder));
	cover(&scene, "public/busy", "a");
	certify_and_publish(&scene);
	assert_int_equal(verify(&scene), TC_ERROR_HTTP);
	assert_failure(&err, TC_ERROR_HTTP, "public/busy");
	assert_int_equal(scene.faults_count, 0);
	tc_responder_stop(responder);
	end(&scene);
}

/* An ordinary download would go on where it was, another time. */
static void break_off(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data, (void)request;
	reply->headers = "ETag: \"strong\"\r\n";
	reply->body = "0123456789";
	reply->body_length = 10;
	reply->cut = 5;
}

static void what_broke_off_leaves_nothing(void **state)
{
	struct tc_responder *responder = tc_responder_start(break_off, NULL);
	struct scene scene;

	(void)state;
	begin(&scene);
	world_reference(&world, "half", tc_responder_url(responder));
	cover(&scene, "half", "0123456789");
	certify_and_publish(&scene);
	assert_int_equal(verify(&scene), TC_ERROR_NETWORK);
	assert_int_equal(scene.faults_count, 0);
	assert_int_equal(names_in(&scene, "out"), 0);
	tc_responder_stop(responder);
	end(&scene);
}

static void options_are_checked_before_anything_is_asked(void **state)
{
	static const char *const bad_name[] = { "" }, *const no_name[] = { NULL };
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.options.public_keys_count = 0;
	assert_int_equal(verify(&scene), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "public_keys is empty");
	scene.options.public_keys_count = 2;
	scene.keys[1] = "AAAA";
	assert_int_equal(verify(&scene), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "public_keys[1] is AAAA");
	scene.options.public_keys_count = 1;
	scene.options.names_count = 1;
	assert_int_equal(verify(&scene), TC_ERROR_ARGUMENT);
	scene.options.names = bad_name;
	assert_int_equal(verify(&scene), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "names[0] is empty");
	scene.options.names = no_name;
	assert_int_equal(verify(&scene), TC_ERROR_ARGUMENT);
	assert_failure(&err, TC_ERROR_ARGUMENT, "names[0] is NULL");
	scene.options.names_count = 0;
	scene.options.deadline_ms = -1;
	assert_int_equal(verify(&scene), TC_ERROR_ARGUMENT);
	scene.options.deadline_ms = 0;
	scene.options.folder = "";
	assert_int_equal(
		tc_trust_verify(world.client, &scene.options, NULL, NULL), TC_ERROR_ARGUMENT);
	assert_int_equal(scene.faults_count, 0);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_covered_is_verified_and_saved),
		cmocka_unit_test(a_signature_may_be_stored_as_it_is),
		cmocka_unit_test(a_certificate_with_additional_data_holds),
		cmocka_unit_test(many_artifacts_hold),
		cmocka_unit_test(scriptworkers_certificates_hold),
		cmocka_unit_test(a_certificate_that_is_not_there_is_told),
		cmocka_unit_test(a_signature_of_another_key_or_text_does_not_hold),
		cmocka_unit_test(a_certificate_of_another_task_or_run_does_not_hold),
		cmocka_unit_test(the_run_is_chosen_once),
		cmocka_unit_test(another_definition_does_not_hold),
		cmocka_unit_test(a_priority_that_was_changed_meanwhile_holds),
		cmocka_unit_test(a_huge_certificate_is_refused),
		cmocka_unit_test(a_signed_text_that_is_no_certificate_is_refused),
		cmocka_unit_test(each_artifact_that_does_not_hold_is_named),
		cmocka_unit_test(what_was_there_before_stays_when_nothing_better_comes),
		cmocka_unit_test(what_is_redirected_elsewhere_is_verified),
		cmocka_unit_test(names_that_leave_the_folder_are_faults),
		cmocka_unit_test(impossible_names_are_faults),
		cmocka_unit_test(a_link_in_the_folder_is_not_followed),
		cmocka_unit_test(an_end_before_the_end_is_no_fault),
		cmocka_unit_test(what_may_not_be_read_is_no_fault),
		cmocka_unit_test(a_deadline_is_no_fault),
		cmocka_unit_test(a_broken_store_is_no_fault),
		cmocka_unit_test(what_broke_off_leaves_nothing),
		cmocka_unit_test(options_are_checked_before_anything_is_asked),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
