/* SPDX-License-Identifier: MPL-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Accepts only this client id. */
struct server {
	char accepted[32];
	char seen[16][32]; /* the ids of all requests */
	size_t count;
};

static void answer(
	void *data, const struct tc_responder_request *request, struct tc_responder_reply *reply)
{
	struct server *server = data;
	const char *authorization = tc_responder_header(request, "authorization");
	char *id = server->seen[server->count++ % 16];

	snprintf(id, 32, "none");
	if (authorization)
		sscanf(authorization, "Hawk id=\"%31[^\"]\"", id);
	reply->body = "{}";
	if (strcmp(id, server->accepted) != 0) {
		reply->status = 401;
		reply->body = "{\"code\":\"AuthenticationFailed\",\"message\":\"Bad mac\"}";
	}
	reply->body_length = strlen(reply->body);
}

/* Gives new credentials with the name "new", or what else it is told. */
struct provider {
	size_t asked;
	const char *name;  /* NULL: none */
	const char *error; /* why there are none */
	bool had_current, unreachable;
	const tc_call *calls; /* a call of the same client, which it makes, NULL: none; and what
			       * that gave */
	int code;
};

static tc_credentials *provide(void *data, const tc_credentials *current, tc_error *err)
{
	struct provider *provider = data;

	provider->asked++;
	provider->had_current = current != NULL;
	if (provider->calls)
		provider->code = tc_call_perform(provider->calls, NULL, NULL);
	if (provider->unreachable) {
		tc_error_set(err, TC_ERROR_NETWORK, "the provider is away");
		return NULL;
	}
	if (provider->error) {
		/* an error as any function of the library would give it */
		tc_credentials_free(tc_credentials_new("", provider->error, NULL, err));
		return NULL;
	}
	return provider->name ? tc_credentials_new(provider->name, "no-secret", NULL, err) : NULL;
}

struct scene {
	struct server server;
	struct tc_responder *responder;
	struct provider provider;
	tc_client *client;
	tc_error err;
	int attempts;   /* 1 */
	tc_log_fn *log; /* gets the scene; NULL: none */
	size_t repeats; /* that the log told of */
};

/* With temporary credentials called "old" that live from `start_s` to `end_s`, from now; 0 and 0:
 * with permanent ones; 1 and 0: with none. */
static void begin(struct scene *scene, int64_t start_s, int64_t end_s, const char *accepted)
{
	tc_credentials *issuer = tc_credentials_new("issuer", "no-secret", NULL, NULL);
	tc_credentials *old = NULL;
	struct tc_temporary temporary = TC_TEMPORARY_INIT;
	int64_t now_ms = (int64_t)time(NULL) * 1000;

	snprintf(scene->server.accepted, sizeof scene->server.accepted, "%s", accepted);
	scene->responder = tc_responder_start(answer, &scene->server);
	temporary.client_id = "old";
	temporary.start_ms = now_ms + start_s * 1000;
	temporary.expiry_ms = now_ms + end_s * 1000;
	if (end_s)
		old = tc_credentials_temporary(issuer, &temporary, &scene->err);
	else if (!start_s)
		old = tc_credentials_new("old", "no-secret", NULL, NULL);
	struct tc_options options = quick_options(scene->responder);
	options.credentials = old;
	options.renew = provide;
	options.renew_data = &scene->provider;
	options.attempts = scene->attempts ? scene->attempts : 1;
	options.log = scene->log;
	options.log_data = scene;
	scene->client = tc_client_new(&options, &scene->err);
	assert_ok(scene->err.code, &scene->err);
	tc_credentials_free(old);
	tc_credentials_free(issuer);
}

static int call_once(struct scene *scene)
{
	tc_call *call = ping(scene->client);
	int rc = tc_call_perform(call, NULL, &scene->err);

	tc_call_free(call);
	return rc;
}

static void end(struct scene *scene)
{
	tc_client_free(scene->client);
	tc_responder_stop(scene->responder);
	tc_error_clear(&scene->err);
}

static void before_the_first_call_without_any(void **state)
{
	struct scene scene = { .provider = { .name = "new" } };

	(void)state;
	begin(&scene, 1, 0, "new");
	assert_ok(call_once(&scene), &scene.err);
	assert_ok(call_once(&scene), &scene.err);
	assert_int_equal(scene.provider.asked, 1);
	assert_false(scene.provider.had_current);
	assert_int_equal(scene.server.count, 2);
	end(&scene);
}

static void before_they_end(void **state)
{
	struct scene near = { .provider = { .name = "new" } };
	struct scene far = { .provider = { .name = "new" } };

	(void)state;
	begin(&near, -3600, 200, "new");
	assert_ok(call_once(&near), &near.err);
	assert_int_equal(near.provider.asked, 1);
	assert_true(near.provider.had_current);
	assert_int_equal(near.server.count, 1); /* no attempt with the old ones */
	end(&near);

	begin(&far, -3600, 400, "old");
	assert_ok(call_once(&far), &far.err);
	assert_int_equal(far.provider.asked, 0);
	end(&far);
}

/* Short-lived ones are not asked for anew with every call. */
static void not_within_the_first_part_of_a_short_life(void **state)
{
	struct scene scene = { .provider = { .name = "new" } };

	(void)state;
	begin(&scene, -10, 100, "old");
	assert_ok(call_once(&scene), &scene.err);
	assert_int_equal(scene.provider.asked, 0);
	end(&scene);
}

static void a_provider_without_new_ones_is_left_alone(void **state)
{
	struct scene scene = { 0 };

	(void)state;
	begin(&scene, -3600, 200, "old");
	for (int i = 0; i < 3; i++)
		assert_ok(call_once(&scene), &scene.err);
	assert_int_equal(scene.provider.asked, 1);
	end(&scene);
}

static void its_error_counts_only_when_they_have_ended(void **state)
{
	struct scene alive = { .provider = { .error = "x" } };
	struct scene ended = { .provider = { .error = "x" } };

	(void)state;
	begin(&alive, -3600, 200, "old");
	assert_ok(call_once(&alive), &alive.err);
	end(&alive);

	begin(&ended, -3600, -10, "old");
	assert_int_not_equal(call_once(&ended), TC_OK);
	assert_failure(&ended.err, TC_ERROR_CREDENTIALS,
		"queue.ping: the credentials could not be renewed");
	assert_int_equal(ended.server.count, 0);
	end(&ended);
}

static void see_repeats(void *data, enum tc_log_level level, const char *line)
{
	struct scene *scene = data;

	(void)level;
	assert_null(strstr(line, "(null)"));
	scene->repeats += strstr(line, "GET ") && strstr(line, "the provider is away; attempt 2");
}

/* Nothing was sent yet, but another attempt follows; with the old ones, as it was asked just now.
 */
static void a_provider_that_is_away_costs_an_attempt(void **state)
{
	struct scene scene = { .provider.unreachable = true, .attempts = 2, .log = see_repeats };

	(void)state;
	begin(&scene, -3600, -10, "old");
	assert_ok(call_once(&scene), &scene.err);
	assert_int_equal(scene.repeats, 1);
	assert_int_equal(scene.server.count, 1);
	end(&scene);
}

static void after_a_refusal(void **state)
{
	struct scene scene = { .provider = { .name = "new" } };

	(void)state;
	begin(&scene, 0, 0, "new");
	assert_ok(call_once(&scene), &scene.err);
	assert_int_equal(scene.server.count, 2);
	assert_string_equal(scene.server.seen[0], "old");
	assert_string_equal(scene.server.seen[1], "new");
	end(&scene);
}

static void a_second_refusal_is_the_end(void **state)
{
	struct scene scene = { .provider = { .name = "new" } };

	(void)state;
	begin(&scene, 0, 0, "another");
	assert_int_equal(call_once(&scene), TC_ERROR_HTTP);
	assert_int_equal(scene.err.http_status, 401);
	assert_int_equal(scene.server.count, 2);
	assert_int_equal(scene.provider.asked, 1);
	end(&scene);
}

/* All attempts under way are refused, but only the first of them asks. */
/* It would ask for credentials itself, and so for ever. */
static void a_call_while_renewing_is_refused(void **state)
{
	struct scene scene = { 0 };

	(void)state;
	begin(&scene, -1000, -600, "new");
	scene.provider.name = "new";
	tc_call *call = ping(scene.client);
	scene.provider.calls = call;
	tc_loop *loop = tc_loop_new(NULL, &scene.err);
	struct note note = { 0 };
	assert_ok(tc_loop_start(loop, call, take_note, &note, NULL, &scene.err), &scene.err);
	assert_ok(tc_loop_run(loop, &scene.err), &scene.err);
	assert_int_equal(scene.provider.asked, 1);
	assert_int_equal(scene.provider.code, TC_ERROR_ARGUMENT);
	assert_int_equal(note.succeeded, 1);
	tc_loop_free(loop);
	tc_call_free(call);
	end(&scene);
}

static void runs_on_a_loop_share_one_renewal(void **state)
{
	struct scene scene = { .provider = { .name = "new" } };
	struct note note = { 0 };

	(void)state;
	begin(&scene, 0, 0, "new");
	tc_loop *loop = tc_loop_new(NULL, NULL);
	tc_call *call = ping(scene.client);
	for (int i = 0; i < 20; i++)
		tc_loop_start(loop, call, take_note, &note, NULL, NULL);
	tc_call_free(call);
	assert_ok(tc_loop_run(loop, &scene.err), &scene.err);
	assert_int_equal(note.succeeded, 20);
	assert_int_equal(scene.provider.asked, 1);
	tc_loop_free(loop);
	end(&scene);
}

/* Though the one before was asked a moment ago, and had none. */
static void another_provider_is_asked_at_once(void **state)
{
	struct scene scene = { 0 };
	struct provider other = { .name = "new" };

	(void)state;
	begin(&scene, -3600, 200, "new");
	assert_int_equal(call_once(&scene), TC_ERROR_HTTP);
	assert_int_equal(scene.provider.asked, 1);
	tc_client_set_renew(scene.client, provide, &other);
	assert_ok(call_once(&scene), &scene.err);
	assert_int_equal(other.asked, 1);
	assert_int_equal(scene.provider.asked, 1);
	/* and none */
	tc_client_set_renew(scene.client, NULL, NULL);
	tc_client_set_credentials(scene.client, NULL);
	assert_int_equal(call_once(&scene), TC_ERROR_HTTP);
	assert_int_equal(other.asked, 1);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_first_call_without_any),
		cmocka_unit_test(before_they_end),
		cmocka_unit_test(not_within_the_first_part_of_a_short_life),
		cmocka_unit_test(a_provider_without_new_ones_is_left_alone),
		cmocka_unit_test(its_error_counts_only_when_they_have_ended),
		cmocka_unit_test(a_provider_that_is_away_costs_an_attempt),
		cmocka_unit_test(after_a_refusal),
		cmocka_unit_test(a_second_refusal_is_the_end),
		cmocka_unit_test(a_call_while_renewing_is_refused),
		cmocka_unit_test(runs_on_a_loop_share_one_renewal),
		cmocka_unit_test(another_provider_is_asked_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
