/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Replies of what stands in front of a deployment: the plain port sends everybody to https, and a
 * page to log in is a 200. Neither is the success of any call, and the error says what came.
 *
 * nginx answers a PUT by such a page before it has read the body. Over HTTP/2, and compressed,
 * libcurl 7.88 then tells of a broken stream (CURLE_HTTP2_STREAM) in about half of the cases,
 * though the reply is whole; what it said by then counts all the same.
 */
#include "world.h"

#include "tests/harness/server.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/batch.h>
#include <taskcluster/buildbot.h>
#include <taskcluster/date.h>
#include <taskcluster/download.h>
#include <taskcluster/pages.h>
#include <taskcluster/queue.h>
#include <taskcluster/secrets.h>
#include <taskcluster/stream.h>
#include <unistd.h>

/* What stands there, and what the error has to tell of it. */
struct front {
	const char *kind; /* of tc_rig_other_url */
	const char *parts[3];
};

static const struct front plain = { "plain", { "301", "https://", ".rig.test" } };
static const struct front login = { "login", { "200", "text/html", "" } };

struct scene {
	const struct front *front;
	char url[128];
	tc_client *client;
	tc_error err;
};

/* The port behind is nobody's: no request comes so far. */
static void begin(struct scene *scene, const struct front *front)
{
	*scene = (struct scene){ .front = front };
	tc_rig_other_url(scene->url, sizeof scene->url, front->kind, 1);
	struct tc_options options = rig_options(scene->url);
	options.base_url = scene->url; /* for Buildbot */
	scene->client = rig_client(&options);
}

static void end(struct scene *scene)
{
	tc_client_free(scene->client);
	tc_error_clear(&scene->err);
}

/* It failed, and told what came. */
static void assert_told(struct scene *scene, int rc)
{
	if (rc == TC_OK)
		fail_msg("%s: it is taken for a success", scene->front->kind);
	assert_int_equal(rc, scene->err.code);
	for (size_t i = 0; i < 3; i++)
		assert_has(tc_error_text(&scene->err), scene->front->parts[i]);
	tc_error_clear(&scene->err);
}

static int set_secret(tc_client *client, const char *name, tc_error *err)
{
	char expires[TC_DATE_SIZE];
	const tc_json *value = NULL;
	struct tc_secrets_secret secret = { .expires = expires };

	assert_ok(tc_from_now("1 hour", NULL, expires, err), err);
	assert_ok(tc_json_parse("{}", 2, &value, err), err);
	secret.secret = value;
	int rc = tc_secrets_set(client, name, &secret, NULL, err);
	tc_release(value);
	return rc;
}

/* ---- each on both ---- */

static void of_a_typed_call(void **state)
{
	struct scene scene;
	struct tc_auth_scopeset *reply = NULL;

	begin(&scene, *state);
	assert_told(&scene, tc_auth_current_scopes(scene.client, &reply, &scene.err));
	assert_null(reply);
	end(&scene);
}

/* Those without a schema for their replies have nothing else that would show it. */
static void of_a_call_without_a_reply_type(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	assert_told(&scene, set_secret(scene.client, "some/secret", &scene.err));
	assert_told(&scene, tc_secrets_remove(scene.client, "some/secret", NULL, &scene.err));
	assert_told(&scene, tc_queue_ping(scene.client, NULL, &scene.err));
	end(&scene);
}

static void of_a_call_by_hand(void **state)
{
	struct scene scene;
	const tc_json *json = NULL;

	begin(&scene, *state);
	tc_call *call = tc_queue_ping_call(scene.client, &scene.err);
	assert_told(&scene, tc_call_perform(call, NULL, &scene.err));
	assert_told(&scene, tc_call_perform_json(call, &json, &scene.err));
	assert_null(json);
	tc_call_free(call);
	end(&scene);
}

/* Of all functions this one may redirect, but to an artifact, by 303. */
static void of_a_call_that_redirects(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	tc_call *call = tc_queue_get_artifact_call(
		scene.client, "fN1SbArXTPSVFNUvaOlinQ", "0", "public/log.txt", &scene.err);
	assert_told(&scene, tc_call_perform(call, NULL, &scene.err));
	tc_call_free(call);
	end(&scene);
}

static void of_runs_and_batches(void **state)
{
	struct scene scene;
	struct ending ending = { 0 };
	struct tc_batch_result result = { 0 };

	begin(&scene, *state);
	tc_loop *loop = tc_loop_new(NULL, &scene.err);
	tc_call *call = tc_secrets_remove_call(scene.client, "some/secret", &scene.err);
	assert_told(&scene, tc_batch_perform(&call, 1, NULL, &result, &scene.err));
	tc_batch_clear(&result, 1);
	start_run(loop, call, &ending);
	assert_ok(tc_loop_run(loop, &scene.err), &scene.err);
	assert_int_equal(ending.succeeded, 0);
	for (size_t i = 0; i < 3; i++)
		assert_has(ending.text, scene.front->parts[i]);
	tc_loop_free(loop);
	end(&scene);
}

static void of_lists(void **state)
{
	struct scene scene;
	tc_response *page = NULL;
	const tc_json *item = NULL;

	begin(&scene, *state);
	tc_call *call = tc_auth_list_clients_call(scene.client, NULL, &scene.err);
	tc_pages *pages = tc_pages_new(call, NULL, &scene.err);
	tc_items *items = tc_items_new(call, NULL, &scene.err);
	assert_told(&scene, tc_pages_next(pages, &page, &scene.err));
	assert_told(&scene, tc_items_next(items, &item, &scene.err));
	assert_null(page);
	assert_null(item);
	tc_items_free(items);
	tc_pages_free(pages);
	tc_call_free(call);
	end(&scene);
}

/* Nothing comes to its sink, and less of all the page. */
static void of_a_download(void **state)
{
	struct scene scene;
	char byte;
	int ends[2];

	begin(&scene, *state);
	assert_int_equal(pipe(ends), 0);
	struct tc_sink sink = TC_SINK_INIT;
	tc_sink_fd(&sink, ends[1]);
	tc_call *call = tc_auth_list_clients_call(scene.client, NULL, &scene.err);
	assert_told(&scene, tc_call_download(call, &sink, NULL, &scene.err));
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	tc_call_free(call);
	end(&scene);
}

static void of_a_stream(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	tc_call *call = tc_buildbot_listen_events_call(scene.client, "builds", &scene.err);
	tc_stream *stream = tc_stream_new(call, NULL, &scene.err);
	assert_non_null(stream);
	assert_told(&scene, tc_stream_wait(stream, 5000, &scene.err));
	tc_stream_free(stream);
	tc_call_free(call);
	end(&scene);
}

/* ---- one path of a deployment that else is as it should be ---- */

static void a_page_in_between(void **state)
{
	struct tc_test_server *server = tc_test_server_start(NULL);
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials =
		tc_credentials_new(server->client_id, server->access_token, NULL, &err);
	struct tc_options options = rig_options(server->root_url);
	struct tc_secrets_secret *reply = NULL;

	(void)state;
	options.credentials = credentials;
	tc_client *client = rig_client(&options);
	assert_ok(set_secret(client, "some/secret", &err), &err);
	assert_ok(tc_secrets_get(client, "some/secret", &reply, &err), &err);
	tc_release(reply);
	reply = NULL;
	assert_int_not_equal(tc_secrets_get(client, "behind/login", &reply, &err), TC_OK);
	assert_has(tc_error_text(&err), "text/html");
	assert_null(reply);
	assert_int_not_equal(set_secret(client, "behind/login", &err), TC_OK);
	assert_has(tc_error_text(&err), "text/html");
	tc_error_clear(&err);
	tc_client_free(client);
	tc_credentials_free(credentials);
	tc_test_server_stop(server);
}

/* Over HTTP/2 its stream ends before the body was sent: what the server said counts. */
static void a_refusal_before_the_body_is_read(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (int i = 0; i < 20; i++) {
		tc_client *client = rig_client_of(NULL, 1);
		assert_int_equal(set_secret(client, "behind/guard", &err), TC_ERROR_HTTP);
		assert_int_equal(err.http_status, 403);
		tc_error_clear(&err);
		tc_client_free(client);
	}
}

/* Each test with both. */
#define TWICE(test) \
	{ #test " (redirect)", test, NULL, NULL, (void *)(uintptr_t)&plain }, \
	{ \
#test " (login)", test, NULL, NULL, (void *)(uintptr_t)&login \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TWICE(of_a_typed_call),
		TWICE(of_a_call_without_a_reply_type),
		TWICE(of_a_call_by_hand),
		TWICE(of_a_call_that_redirects),
		TWICE(of_runs_and_batches),
		TWICE(of_lists),
		TWICE(of_a_download),
		TWICE(of_a_stream),
		cmocka_unit_test(a_page_in_between),
		cmocka_unit_test(a_refusal_before_the_body_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
