/* SPDX-License-Identifier: MPL-2.0 */
/* Clients with different ways on one loop: none goes by a connection of another that libcurl takes
 * for its own, as it compares neither resolved names nor what a hook has done. */
#include "world.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scene {
	struct tc_responder *responder;
	char url[64], entry[2][80];
	const char *here[2], *elsewhere[2];
	struct tc_options options;
	tc_loop *loop;
	tc_error err;
};

/* A server with a name that is where the caller says: where it is, or where nobody is. */
static void begin(struct scene *scene)
{
	*scene = (struct scene){ .err = TC_ERROR_INIT };
	scene->responder = tc_responder_start(answer_by_script, NULL);
	int port = tc_responder_port(scene->responder);
	snprintf(scene->url, sizeof scene->url, "http://none.test:%d", port);
	snprintf(scene->entry[0], sizeof scene->entry[0], "none.test:%d:127.0.0.1", port);
	snprintf(scene->entry[1], sizeof scene->entry[1], "none.test:%d:127.0.0.2", port);
	scene->here[0] = scene->entry[0];
	scene->elsewhere[0] = scene->entry[1];
	scene->options = quick_options(scene->responder);
	scene->options.root_url = scene->url;
	scene->options.attempts = 1;
	scene->loop = tc_loop_new(NULL, &scene->err);
	assert_non_null(scene->loop);
}

static void end(struct scene *scene)
{
	tc_loop_free(scene->loop);
	tc_responder_stop(scene->responder);
	tc_error_clear(&scene->err);
}

static tc_client *client_of(struct scene *scene, const char *const *resolve)
{
	scene->options.resolve = resolve;
	tc_client *client = tc_client_new(&scene->options, &scene->err);
	assert_ok(client ? TC_OK : scene->err.code, &scene->err);
	return client;
}

/* One call on the scene's loop. */
static struct note call_by(struct scene *scene, tc_client *client)
{
	struct note note = { 0 };
	tc_call *call = ping(client);

	assert_ok(
		tc_loop_start(scene->loop, call, take_note, &note, NULL, &scene->err), &scene->err);
	assert_ok(tc_loop_run(scene->loop, &scene->err), &scene->err);
	tc_call_free(call);
	assert_int_equal(note.done, 1);
	return note;
}

static void assert_refused(const struct note *note)
{
	assert_int_equal(note->succeeded, 0);
	assert_int_equal(note->code, TC_ERROR_ARGUMENT);
	assert_non_null(strstr(note->text, "a loop of its own"));
}

static void resolved_names_are_not_mixed(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	tc_client *here = client_of(&scene, scene.here);
	tc_client *elsewhere = client_of(&scene, scene.elsewhere);
	assert_int_equal(call_by(&scene, here).succeeded, 1);
	struct note note = call_by(&scene, elsewhere);
	assert_refused(&note);
	assert_int_equal(call_by(&scene, here).succeeded, 1); /* as before */
	assert_int_equal(tc_responder_connections(scene.responder), 1);
	tc_client_free(here);
	tc_client_free(elsewhere);
	end(&scene);
}

/* Also where only one of them has any, whoever comes first. */
static void nor_with_the_systems_names(void **state)
{
	struct scene scene;

	(void)state;
	for (int first = 0; first < 2; first++) {
		begin(&scene);
		tc_client *plain = client_of(&scene, NULL);
		tc_client *here = client_of(&scene, scene.here);
		call_by(&scene, first ? here : plain);
		struct note note = call_by(&scene, first ? plain : here);
		assert_refused(&note);
		tc_client_free(here);
		tc_client_free(plain);
		end(&scene);
	}
}

/* Those with the same names share connections, as all others do. */
static void the_same_names_are_shared(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	tc_client *one = client_of(&scene, scene.here), *two = client_of(&scene, scene.here);
	tc_client *dup = tc_client_dup(one, &scene.err);
	tc_client *const clients[] = { one, two, dup };
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(call_by(&scene, clients[i]).succeeded, 1);
		tc_client_free(clients[i]);
	}
	assert_int_equal(tc_responder_connections(scene.responder), 1);
	end(&scene);
}

/* When the others are gone the loop is free for new ones, and has none of their connections. */
static void what_is_gone_leaves_no_connection(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	tc_client *here = client_of(&scene, scene.here);
	assert_int_equal(call_by(&scene, here).succeeded, 1);
	tc_client_free(here);
	tc_client *elsewhere = client_of(&scene, scene.elsewhere);
	assert_int_equal(call_by(&scene, elsewhere).code, TC_ERROR_NETWORK);
	tc_client_free(elsewhere);
	here = client_of(&scene, scene.here);
	assert_int_equal(call_by(&scene, here).succeeded, 1);
	tc_client_free(here);
	assert_int_equal(tc_responder_connections(scene.responder), 2);
	end(&scene);
}

/* It may have made the connections another's, as by CURLOPT_SSL_CTX_FUNCTION. */
static void on_handle(void *curl, void *data)
{
	curl_easy_setopt((CURL *)curl, CURLOPT_TCP_NODELAY, 1L);
	++*(int *)data;
}

static void hooks_are_not_mixed(void **state)
{
	int counts[2] = { 0 };
	struct scene scene;

	(void)state;
	begin(&scene);
	tc_client *plain = client_of(&scene, scene.here);
	scene.options.on_handle = on_handle;
	scene.options.on_handle_data = &counts[0];
	tc_client *hooked = client_of(&scene, scene.here), *same = client_of(&scene, scene.here);
	scene.options.on_handle_data = &counts[1];
	tc_client *other = client_of(&scene, scene.here);
	assert_int_equal(call_by(&scene, hooked).succeeded, 1);
	assert_int_equal(call_by(&scene, same).succeeded, 1);
	struct note notes[] = { call_by(&scene, plain), call_by(&scene, other) };
	assert_refused(&notes[0]);
	assert_refused(&notes[1]);
	assert_int_equal(counts[0], 2);
	assert_int_equal(counts[1], 0);
	tc_client_free(plain);
	tc_client_free(hooked);
	tc_client_free(same);
	tc_client_free(other);
	end(&scene);
}

/* What a hook has libcurl know of a host changes no URL: that is signed. */
static void require_tls(void *curl, void *data)
{
	curl_easy_setopt((CURL *)curl, CURLOPT_HSTS_CTRL, (long)CURLHSTS_ENABLE);
	curl_easy_setopt((CURL *)curl, CURLOPT_HSTS, data);
}

static void what_a_hook_knows_of_hosts_changes_no_url(void **state)
{
	char path[] = "/tmp/tc-hsts-XXXXXX";
	int fd = mkstemp(path);
	struct scene scene;

	(void)state;
	assert_true(fd >= 0);
	dprintf(fd, "none.test \"20991231 00:00:00\"\n");
	close(fd);
	begin(&scene);
	scene.options.timeout_ms = 2000;
	scene.options.on_handle = require_tls;
	scene.options.on_handle_data = path;
	tc_client *client = client_of(&scene, scene.here);
	struct note note = call_by(&scene, client);
	assert_string_equal(note.text, "");
	tc_client_free(client);
	end(&scene);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolved_names_are_not_mixed),
		cmocka_unit_test(nor_with_the_systems_names),
		cmocka_unit_test(the_same_names_are_shared),
		cmocka_unit_test(what_is_gone_leaves_no_connection),
		cmocka_unit_test(hooks_are_not_mixed),
		cmocka_unit_test(what_a_hook_knows_of_hosts_changes_no_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
