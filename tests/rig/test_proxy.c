/* SPDX-License-Identifier: MPL-2.0 */
/* A forward proxy that wants a name and a password: right, wrong, not given, out of reach. The
 * password is in no error and no line of the log. */
#include "world.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/auth.h>
#include <taskcluster/queue.h>

/* The password as it stands in the proxy's URL, as it is, and as it is sent. */
#define SECRET "never%2Fto%40be%3Aprinted"
static const char *const secrets[] = { SECRET, "never/to@be:printed",
	"cmlnOm5ldmVyL3RvQGJlOnByaW50ZWQ" };

struct scene {
	struct desk desk;
	char url[128];
	char proxy[128];
	int attempts;
	struct diary diary;
	tc_client *client;
	tc_error err;
};

/* Through the rig by a name that only the proxy finds, where there are such. */
static void begin(struct scene *scene, const char *proxy)
{
	*scene = (struct scene){ .attempts = 1, .err = TC_ERROR_INIT };
	desk_open(&scene->desk, "{\"alive\":true,\"uptime\":1}");
	int port = tc_responder_port(scene->desk.responder);
	if (tc_rig_resolves())
		tc_rig_other_url(scene->url, sizeof scene->url, "none", port);
	else
		tc_rig_url(scene->url, sizeof scene->url, port);
	snprintf(scene->proxy, sizeof scene->proxy, "%s", proxy);
}

static void make_client(struct scene *scene)
{
	struct tc_options options = rig_options(scene->url);

	options.http_proxy = scene->proxy;
	options.attempts = scene->attempts;
	options.retry_delay_ms = 1;
	options.log = diary_write;
	options.log_data = &scene->diary;
	options.log_level = TC_LOG_DEBUG;
	scene->client = tc_client_new(&options, &scene->err);
}

static void assert_no_secret(const char *text)
{
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		assert_lacks(text, secrets[i]);
}

static void end(struct scene *scene)
{
	assert_no_secret(scene->diary.text);
	tc_client_free(scene->client);
	desk_close(&scene->desk);
	tc_error_clear(&scene->err);
}

/* The same proxy with others. */
static const char *proxy_but(const char *user_and_password)
{
	static char url[128];

	snprintf(url, sizeof url, "http://%s@%s", user_and_password,
		strchr(tc_rig_proxy(), '@') + 1);
	return url;
}

/* ---- tests ---- */

static void call_often(struct scene *scene)
{
	struct ending ending = { 0 };
	tc_loop *loop = tc_loop_new(NULL, NULL);

	assert_ok(scene->err.code, &scene->err);
	for (int i = 0; i < 10; i++)
		assert_ok(tc_queue_ping(scene->client, NULL, &scene->err), &scene->err);
	for (int i = 0; i < 10; i++)
		start_run(loop, tc_queue_ping_call(scene->client, NULL), &ending);
	assert_ok(tc_loop_run(loop, &scene->err), &scene->err);
	assert_string_equal(ending.text, "");
	assert_int_equal(ending.succeeded, 10);
	assert_int_equal(scene->desk.asked, 20);
	tc_loop_free(loop);
}

/* Through a tunnel, in which there is TLS and HTTP/2 as ever. */
static void https_through_a_tunnel(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, tc_rig_proxy());
	/* once in a hundred times libcurl 7.88 takes a tunnel that is gone ("no filter connected")
	 */
	scene.attempts = 3;
	make_client(&scene);
	call_often(&scene);
	assert_int_equal(scene.desk.http2, 20);
	end(&scene);
}

static void tell_everybody(void *curl, void *data)
{
	(void)data;
	curl_easy_setopt((CURL *)curl, CURLOPT_HEADEROPT, (long)CURLHEADER_UNIFIED);
}

/* What is for the server a proxy does not get, whatever a hook says. */
static void a_signature_is_not_shown_to_the_proxy(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, tc_rig_proxy());
	struct tc_options options = rig_options(scene.url);
	options.http_proxy = scene.proxy;
	options.attempts = 3; /* as above */
	tc_credentials *credentials = tc_credentials_new("me", "token", NULL, &scene.err);
	options.credentials = credentials;
	for (int i = 0; i < 2; i++) {
		tc_client *client = rig_client(&options);
		assert_ok(tc_auth_delete_client(client, "you", NULL, &scene.err), &scene.err);
		tc_client_free(client);
		options.on_handle = tell_everybody;
	}
	tc_credentials_free(credentials);
	end(&scene);
}

static void http_is_forwarded(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, tc_rig_proxy());
	int port = tc_responder_port(scene.desk.responder);
	snprintf(scene.url, sizeof scene.url, "http://p%d-none.rig.test:%d", port, port);
	make_client(&scene);
	call_often(&scene);
	assert_int_equal(scene.desk.http2, 0);
	end(&scene);
}

/* Both kinds of requests are refused by the proxy, and the error says that it was the proxy. */
static void a_wrong_or_no_password(void **state)
{
	static const char *const users[] = { ("rig:" SECRET "x"), ("other:" SECRET), "rig" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct scene scene;
		begin(&scene, proxy_but(users[i % 3]));
		int port = tc_responder_port(scene.desk.responder);
		if (i >= 3)
			snprintf(scene.url, sizeof scene.url, "http://p%d.rig.test:%d", port, port);
		make_client(&scene);
		assert_ok(scene.err.code, &scene.err);
		assert_int_not_equal(tc_queue_ping(scene.client, NULL, &scene.err), TC_OK);
		assert_has(tc_error_text(&scene.err), "407");
		assert_no_secret(tc_error_text(&scene.err));
		assert_int_equal(scene.desk.asked, 0);
		end(&scene);
	}
}

/* Another attempt would have the same password. */
static void a_refusal_is_not_tried_again(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, proxy_but("rig:" SECRET "x"));
	scene.attempts = 3;
	make_client(&scene);
	assert_int_not_equal(tc_queue_ping(scene.client, NULL, &scene.err), TC_OK);
	assert_lacks(scene.diary.text, "attempt 2");
	end(&scene);
}

/* The first call tells, or already the making of the client. */
static void assert_fails_without_telling(const char *proxy)
{
	struct scene scene;

	begin(&scene, proxy);
	make_client(&scene);
	if (scene.client)
		tc_queue_ping(scene.client, NULL, &scene.err);
	assert_int_not_equal(scene.err.code, TC_OK);
	assert_no_secret(tc_error_text(&scene.err));
	end(&scene);
}

static void a_proxy_that_cannot_be(void **state)
{
	static const char *const bad[] = {
		"http://rig:" SECRET "@127.0.0.1:1", /* nobody is there */
		"http://rig:" SECRET "@127.0.0.1:99999",
		"http://rig:" SECRET "@127.0.0.1:none",
		"http://rig:never/to@be:printed@127.0.0.1:1", /* written without escapes */
		"http://rig:" SECRET "@p1-none.rig.test:1",
		"http://rig:" SECRET "@",
		"gopher://rig:" SECRET "@127.0.0.1:1",
		"rig:" SECRET "@127.0.0.1:1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_fails_without_telling(bad[i]);
}

/* Without options the environment says it. */
static void the_proxy_of_the_environment(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, "");
	setenv("TASKCLUSTER_ROOT_URL", scene.url, 1);
	setenv("https_proxy", tc_rig_proxy(), 1);
	scene.client = rig_client(NULL);
	assert_ok(tc_queue_ping(scene.client, NULL, &scene.err), &scene.err);
	assert_int_equal(scene.desk.asked, 1);
	unsetenv("https_proxy");
	unsetenv("TASKCLUSTER_ROOT_URL");
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(https_through_a_tunnel),
		cmocka_unit_test(a_signature_is_not_shown_to_the_proxy),
		cmocka_unit_test(http_is_forwarded),
		cmocka_unit_test(a_wrong_or_no_password),
		cmocka_unit_test(a_refusal_is_not_tried_again),
		cmocka_unit_test(a_proxy_that_cannot_be),
		cmocka_unit_test(the_proxy_of_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
