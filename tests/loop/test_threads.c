/* SPDX-License-Identifier: MPL-2.0 */
/* Sixteen threads, each with a duplicate of one client and its shared credentials; built with
 * TC_SANITIZE=thread this is where races would show. */
#include "world.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define THREADS 16
#define CALLS 40

struct worker {
	pthread_t thread;
	tc_client *client;
	const tc_json *shared; /* one tree, read by all */
	const tc_credentials *others;
	tc_loop *_Atomic *loop; /* of a thread that lets itself be woken and canceled */
	size_t synchronous, asynchronous;
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	(void)data;
	reply->body = "{\"ok\":true}";
	reply->body_length = 11;
	if (request->number % 97 == 0)
		reply->status = 503; /* so that some are repeated */
}

/* Half of the calls one by one, half on a loop, with the credentials replaced in between. */
static void *work(void *data)
{
	struct worker *worker = data;
	struct note note = { 0 };
	tc_loop *loop = tc_loop_new(NULL, NULL);
	tc_call *call = ping(worker->client);

	for (int i = 0; i < CALLS; i++) {
		const tc_json *json = NULL;
		worker->synchronous += tc_call_perform_json(call, &json, NULL) == TC_OK;
		assert_true(tc_json_equal(json, worker->shared));
		tc_release(json);
		if (i == CALLS / 2)
			tc_client_set_credentials(worker->client, worker->others);
	}
	for (int i = 0; i < CALLS; i++) {
		uint64_t run = 0;
		tc_loop_start(loop, call, take_note, &note, &run, NULL);
		tc_loop *other = atomic_load(worker->loop);
		tc_loop_cancel(other, run);
		tc_loop_wake(other);
	}
	tc_call_free(call);
	tc_loop_run(loop, NULL);
	worker->asynchronous = note.succeeded;
	tc_loop_free(loop);
	tc_client_free(worker->client);
	return NULL;
}

static void count_wakes(void *data)
{
	++*(size_t *)data;
}

static void threads_share_nothing_but_what_may_be(void **state)
{
	struct worker workers[THREADS];
	size_t wakes = 0;
	struct note note = { 0 };
	struct tc_loop_options loop_options = TC_LOOP_OPTIONS_INIT;
	struct tc_responder *responder = tc_responder_start(answer, NULL);
	tc_credentials *credentials = tc_credentials_new("first", "no-secret", NULL, NULL);
	tc_credentials *others = tc_credentials_new("second", "no-secret", NULL, NULL);
	tc_client *client = quick_client(responder);
	const tc_json *shared;

	(void)state;
	loop_options.in_flight = 2;
	loop_options.woken = count_wakes;
	loop_options.data = &wakes;
	tc_loop *mine = tc_loop_new(&loop_options, NULL);
	tc_loop *_Atomic loop = mine;
	assert_int_equal(tc_json_parse("{\"ok\":true}", 11, &shared, NULL), TC_OK);
	tc_client_set_credentials(client, credentials);
	for (size_t i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .client = tc_client_dup(client, NULL),
			.shared = shared,
			.others = others,
			.loop = &loop };
		assert_non_null(workers[i].client);
	}
	tc_credentials_free(credentials);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	tc_call *call = ping(client);
	for (int i = 0; i < 200; i++)
		tc_loop_start(mine, call, take_note, &note, NULL, NULL);
	tc_call_free(call);
	assert_int_equal(tc_loop_run(mine, NULL), TC_OK);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].synchronous, CALLS);
		assert_int_equal(workers[i].asynchronous, CALLS);
	}
	while (!wakes)
		tc_loop_poll(mine, 1000, NULL);
	assert_int_equal(note.done, 200);
	assert_true(note.succeeded == 200 || note.code == TC_ERROR_CANCELED);
	tc_loop_free(mine);
	tc_credentials_free(others);
	tc_client_free(client);
	tc_release(shared);
	tc_responder_stop(responder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_share_nothing_but_what_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
