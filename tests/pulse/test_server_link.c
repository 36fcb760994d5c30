/* SPDX-License-Identifier: MPL-2.0 */
/* A link: when it tries again, when it gives up, and what it says of it, by a clock of the test's
 * and an AMQP that does what it is told. */
#include "tests/harness/test.h"

#include "runtime/src/base/error.h"
#include "workflows/src/pulse/server/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- an AMQP ---- */

struct tc__amqp {
	struct tc__amqp_user user;
	tc_loop *loop;
	char url[64], name[256], password[64], vhost[64];
	int64_t timeout_ms;
	int heartbeat_s;
	bool freed, left;
	char asked[256]; /* the queue */
};

static struct tc__amqp attempts[64];
static size_t attempt_count;
static int attempt_fails; /* with this code */

/* What one does by itself: it lets in, and answers a question. */
static struct {
	bool on;
	int lost;   /* instead of opening, with this code */
	int status; /* of the refusal; 0: none */
} script;

static void on_script_open(void *data, uint64_t timer)
{
	struct tc__amqp *amqp = data;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	if (!script.lost) {
		amqp->user.opened(amqp->user.data);
		return;
	}
	tc_error_set(&err, script.lost, "as told");
	amqp->user.lost(amqp->user.data, &err);
	tc_error_clear(&err);
}

static void on_script_answer(void *data, uint64_t timer)
{
	amqp_queue_delete_ok_t fields = { 0 };
	amqp_method_t method = { AMQP_QUEUE_DELETE_OK_METHOD, &fields };
	struct tc__amqp *amqp = data;
	tc_error err = TC_ERROR_INIT;

	(void)timer;
	if (!script.status) {
		amqp->user.replied(amqp->user.data, &method);
		return;
	}
	tc_error_set(&err, TC_ERROR_HTTP, "the broker says no");
	tc_error_set_server(&err, script.status, "NO", "no");
	amqp->user.refused(amqp->user.data, &err, true);
	tc_error_clear(&err);
}

static void on_script_left(void *data, uint64_t timer)
{
	struct tc__amqp *amqp = data;

	(void)timer;
	amqp->user.lost(amqp->user.data, NULL);
}

static void follow_script(struct tc__amqp *amqp, tc_timer_fn *then)
{
	if (script.on)
		assert_int_equal(tc_loop_timer(amqp->loop, 0, then, amqp, NULL, NULL), TC_OK);
}

struct tc__amqp *tc__amqp_new(tc_loop *loop, const struct tc__amqp_target *target,
	const struct tc__amqp_user *user, tc_error *err)
{
	if (attempt_fails) {
		tc_error_set(err, attempt_fails, "no attempt");
		return NULL;
	}
	assert_true(attempt_count < sizeof attempts / sizeof *attempts);
	struct tc__amqp *amqp = &attempts[attempt_count++];
	*amqp = (struct tc__amqp){ .user = *user,
		.loop = loop,
		.timeout_ms = target->timeout_ms,
		.heartbeat_s = target->heartbeat_s };
	assert_non_null(target->client);
	snprintf(amqp->url, sizeof amqp->url, "%s", target->url);
	snprintf(amqp->name, sizeof amqp->name, "%s", target->user);
	snprintf(amqp->password, sizeof amqp->password, "%s", target->password);
	snprintf(amqp->vhost, sizeof amqp->vhost, "%s", target->vhost);
	follow_script(amqp, on_script_open);
	return amqp;
}

int tc__amqp_ask(
	struct tc__amqp *amqp, amqp_method_number_t method, const void *fields, tc_error *err)
{
	const amqp_queue_delete_t *queue = fields;

	(void)err;
	assert_int_equal(method, AMQP_QUEUE_DELETE_METHOD);
	assert_false(queue->if_unused || queue->if_empty || queue->nowait);
	snprintf(amqp->asked, sizeof amqp->asked, "%.*s", (int)queue->queue.len,
		(const char *)queue->queue.bytes);
	follow_script(amqp, on_script_answer);
	return TC_OK;
}

void tc__amqp_close(struct tc__amqp *amqp)
{
	assert_false(amqp->freed || amqp->left);
	amqp->left = true;
	follow_script(amqp, on_script_left);
}

void tc__amqp_free(struct tc__amqp *amqp)
{
	if (!amqp)
		return;
	assert_false(amqp->freed);
	amqp->freed = true;
}

/* The newest. */
static struct tc__amqp *amqp(void)
{
	assert_true(attempt_count > 0);
	return &attempts[attempt_count - 1];
}

/* ---- a link, and what it has said ---- */

static struct world {
	tc_loop *loop;
	struct tc__link *link;
	int64_t now_ms;
	char said[2000];
	const char *free_in; /* what it is freed in, */
	void (*then)(struct tc__link *link, const tc_error *err);
	const char *then_in; /* or what is done in this */
	int login_fails;     /* with this code */
	bool login_bad;
} world;

static void say(const char *what, const char *more, const tc_error *err)
{
	size_t length = strlen(world.said);

	assert_true(length + 100 < sizeof world.said);
	snprintf(world.said + length, sizeof world.said - length, "%s%s%s%s%s", length ? " " : "",
		what, more ? more : "", err ? ":" : "",
		err ? tc_code_name(err->code) + strlen("TC_ERROR_") : "");
	if (world.then_in && strcmp(world.then_in, what) == 0) {
		world.then_in = NULL;
		world.then(world.link, err);
	}
	if (world.free_in && strcmp(world.free_in, what) == 0) {
		tc__link_free(world.link);
		world.link = NULL;
	}
}

/* What was said since the last time. */
static void assert_said(const char *expected)
{
	assert_string_equal(world.said, expected);
	world.said[0] = '\0';
}

static void on_opened(void *data, struct tc__amqp *opened, const char *user)
{
	assert_ptr_equal(data, &world);
	assert_ptr_equal(opened, amqp());
	assert_ptr_equal(tc__link_amqp(world.link), opened);
	say("opened:", user, NULL);
}

static void on_reopened(void *data)
{
	(void)data;
	say("reopened", NULL, NULL);
}

static void on_replied(void *data, const amqp_method_t *method)
{
	(void)data;
	(void)method;
	say("replied", NULL, NULL);
}

static void on_refused(void *data, const tc_error *err, bool asked)
{
	(void)data;
	say("refused", asked ? "-asked" : NULL, err);
}

static void on_content(void *data, struct tc__amqp_content *content)
{
	(void)data;
	free(content->body);
	say("content", NULL, NULL);
}

static void on_told(void *data, const amqp_method_t *method)
{
	(void)data;
	(void)method;
	say("told", NULL, NULL);
}

static void on_drained(void *data)
{
	(void)data;
	say("drained", NULL, NULL);
}

static void on_lost(void *data, const tc_error *err)
{
	(void)data;
	assert_null(tc__link_amqp(world.link));
	say("lost", NULL, err);
}

static void on_ended(void *data, const tc_error *err)
{
	(void)data;
	assert_null(tc__link_amqp(world.link));
	assert_int_equal(tc_loop_pending(world.loop), 0);
	say("ended", err && err->http_status == 403 ? "-403" : NULL, err);
}

static int login(void *data, bool refused, struct tc_pulse_login *account, tc_error *err)
{
	assert_ptr_equal(data, &world);
	assert_int_equal(account->user[0], '\0');
	snprintf(account->user, sizeof account->user, "me");
	snprintf(account->password, sizeof account->password, "%s", refused ? "new" : "old");
	if (world.login_bad)
		memset(account->user, 'x', sizeof account->user);
	say("login", refused ? "-again" : NULL, NULL);
	return world.login_fails ? tc_error_set(err, world.login_fails, "no account") : TC_OK;
}

static int64_t steady(void *data)
{
	(void)data;
	return world.now_ms;
}

static const struct tc__link_user functions = { .data = &world,
	.opened = on_opened,
	.reopened = on_reopened,
	.replied = on_replied,
	.refused = on_refused,
	.content = on_content,
	.told = on_told,
	.drained = on_drained,
	.lost = on_lost,
	.ended = on_ended };

static void turn(void)
{
	for (int i = 0; i < 5; i++)
		assert_int_equal(tc_loop_poll(world.loop, 0, NULL), TC_OK);
}

static void pass(int64_t ms)
{
	world.now_ms += ms;
	turn();
}

static struct tc_pulse_server by_url(void)
{
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;

	server.url = "amqps://me:old@pulse.example/v";
	return server;
}

static struct tc_pulse_server by_login(void)
{
	struct tc_pulse_server server = by_url();

	server.login = login;
	server.login_data = &world;
	return server;
}

static void begin(struct tc_pulse_server server)
{
	tc_error err = TC_ERROR_INIT;

	world.link = tc__link_new(world.loop, &server, &functions, &err);
	assert_ok(world.link ? TC_OK : err.code, &err);
	assert_said("");
	turn();
}

static int set_up(void **state)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;
	struct tc_seams seams = TC_SEAMS_INIT;

	(void)state;
	memset(&world, 0, sizeof world);
	memset(&script, 0, sizeof script);
	attempt_count = 0;
	attempt_fails = 0;
	seams.steady = steady;
	options.seams = &seams;
	world.loop = tc_loop_new(&options, NULL);
	return world.loop ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	tc__link_free(world.link);
	turn();
	assert_int_equal(tc_loop_pending(world.loop), 0);
	tc_loop_free(world.loop);
	for (size_t i = 0; i < attempt_count; i++)
		assert_true(attempts[i].freed);
	return 0;
}

/* ---- what comes of the newest connection ---- */

static void let_in(void)
{
	amqp()->user.opened(amqp()->user.data);
	turn();
}

static void lose_with(int code, int status)
{
	tc_error err = TC_ERROR_INIT;

	tc_error_set(&err, code, "gone");
	tc_error_set_server(&err, status, NULL, NULL);
	amqp()->user.lost(amqp()->user.data, &err);
	tc_error_clear(&err);
	turn();
}

/* As when a certificate is not trusted. */
static void lose_for_good(void)
{
	tc_error err = TC_ERROR_INIT;

	tc_error_set(&err, TC_ERROR_NETWORK, "not trusted");
	tc__error_outlook(&err, true, -1);
	amqp()->user.lost(amqp()->user.data, &err);
	tc_error_clear(&err);
	turn();
}

static void settle(void)
{
	let_in();
	tc__link_settled(world.link);
}

#define TOLD 6 /* replied, content, told, refused, drained, reopened */

/* Has the newest connection tell one of these. */
static void tell(size_t which)
{
	const amqp_method_t method = { AMQP_BASIC_ACK_METHOD, NULL };
	const struct tc__amqp_user *user = &amqp()->user;
	const tc_error err = { .code = TC_ERROR_HTTP };
	struct tc__amqp_content content = { .length = 2 };

	switch (which) {
	case 0:
		user->replied(user->data, &method);
		break;
	case 1:
		content.body = strdup("{}");
		user->content(user->data, &content);
		break;
	case 2:
		user->told(user->data, &method);
		break;
	case 3:
		user->refused(user->data, &err, true);
		break;
	case 4:
		user->drained(user->data);
		break;
	default:
		user->opened(user->data);
	}
}

static void tell_all(void)
{
	for (size_t i = 0; i < TOLD; i++)
		tell(i);
}

static void test_a_connection_is_made_and_what_it_tells_is_passed_on(void **state)
{
	(void)state;
	begin(by_url());
	assert_int_equal(attempt_count, 1);
	assert_string_equal(amqp()->url, "tls://pulse.example:5671");
	assert_string_equal(amqp()->name, "me");
	assert_string_equal(amqp()->password, "old");
	assert_string_equal(amqp()->vhost, "v");
	assert_int_equal(amqp()->timeout_ms, 20000);
	assert_int_equal(amqp()->heartbeat_s, 60);
	assert_null(tc__link_amqp(world.link));
	settle();
	assert_said("opened:me");
	tell_all();
	assert_said("replied content told refused-asked:HTTP drained reopened");
}

/* ---- trying again ---- */

static void test_an_attempt_that_fails_is_followed_after_the_pause(void **state)
{
	(void)state;
	begin(by_url());
	lose_with(TC_ERROR_NETWORK, 0);
	assert_said("lost:NETWORK");
	assert_true(attempts[0].freed);
	pass(14999);
	assert_int_equal(attempt_count, 1);
	pass(1502);
	assert_int_equal(attempt_count, 2);
	/* opened only: what was to be declared may be what it fails by */
	let_in();
	lose_with(TC_ERROR_TIMEOUT, 0);
	assert_said("opened:me lost:TIMEOUT");
	pass(14999);
	assert_int_equal(attempt_count, 2);
	/* the pause is between the beginnings */
	pass(1502);
	pass(20000);
	lose_with(TC_ERROR_NETWORK, 0);
	assert_int_equal(attempt_count, 4);
}

static void test_a_connection_that_served_is_replaced_at_once(void **state)
{
	(void)state;
	begin(by_url());
	for (size_t i = 1; i <= 20; i++) { /* each lasted */
		settle();
		pass(20000);
		lose_with(TC_ERROR_NETWORK, 0);
		assert_int_equal(attempt_count, i + 1);
	}
}

static void test_a_broker_that_throws_out_is_not_asked_without_end(void **state)
{
	(void)state;
	begin(by_url());
	for (size_t i = 0; i < 6; i++) {
		settle();
		lose_with(TC_ERROR_NETWORK, 0);
	}
	assert_int_equal(attempt_count, 6);
	pass(14999);
	assert_int_equal(attempt_count, 6);
	pass(1502);
	assert_int_equal(attempt_count, 7);
	settle();
	pass(20000); /* this one lasts */
	lose_with(TC_ERROR_NETWORK, 0);
	settle();
	lose_with(TC_ERROR_NETWORK, 0);
	assert_int_equal(attempt_count, 9);
}

static void test_pauses_differ(void **state)
{
	struct tc_pulse_server server = by_url();
	int64_t first = -1;
	bool differ = false;

	(void)state;
	server.reconnect_ms = 1000;
	begin(server);
	for (size_t i = 0; i < 30; i++) {
		int64_t begun_ms = world.now_ms;
		lose_with(TC_ERROR_NETWORK, 0);
		while (attempt_count == i + 1)
			pass(1);
		int64_t pause_ms = world.now_ms - begun_ms;
		assert_int_in_range(pause_ms, 1000, 1101);
		differ = differ || (first >= 0 && pause_ms != first);
		first = pause_ms;
	}
	assert_true(differ);
}

static void test_memory_that_ended_is_no_end(void **state)
{
	(void)state;
	attempt_fails = TC_ERROR_NOMEM;
	begin(by_url());
	assert_said("lost:NOMEM");
	attempt_fails = 0;
	pass(16501);
	assert_int_equal(attempt_count, 1);
	lose_with(TC_ERROR_NOMEM, 0);
	assert_said("lost:NOMEM");
	pass(16501);
	assert_int_equal(attempt_count, 2);
}

/* Such as a proxy's page while its broker is away. */
static void test_what_speaks_no_amqp_is_tried_again(void **state)
{
	(void)state;
	begin(by_url());
	lose_with(TC_ERROR_REPLY, 0);
	assert_said("lost:REPLY");
	pass(16501);
	assert_int_equal(attempt_count, 2);
}

/* ---- giving up ---- */

static void test_what_will_not_go_away_ends_it(void **state)
{
	static const struct {
		int code, status;
		const char *said;
	} rows[] = { { TC_ERROR_ARGUMENT, 530, "ended:ARGUMENT" },
		{ TC_ERROR_HTTP, 403, "ended-403:HTTP" },
		{ TC_ERROR_CREDENTIALS, 403, "ended-403:CREDENTIALS" },
		{ TC_ERROR_SYSTEM, 0, "ended:SYSTEM" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin(by_url());
		lose_with(rows[i].code, rows[i].status);
		assert_said(rows[i].said);
		assert_true(amqp()->freed);
		tc__link_free(world.link);
	}
	begin(by_url());
	lose_for_good();
	assert_said("ended:NETWORK");
	tc__link_free(world.link);
	attempt_fails = TC_ERROR_ARGUMENT;
	begin(by_url());
	assert_said("ended:ARGUMENT");
}

/* Something else answers there, for a while. */
static void test_what_has_served_is_not_given_up_for_the_networks_state(void **state)
{
	(void)state;
	begin(by_url());
	settle();
	lose_for_good();
	assert_said("opened:me lost:NETWORK");
	lose_for_good();
	pass(16501);
	assert_said("lost:NETWORK");
	assert_int_equal(attempt_count, 3);
	settle();
	lose_with(TC_ERROR_HTTP, 403);
	assert_said("opened:me ended-403:HTTP");
}

static void test_it_gives_up_after_the_time_that_is_set(void **state)
{
	struct tc_pulse_server server = by_url();

	(void)state;
	server.offline_max_ms = 40000;
	begin(server);
	lose_with(TC_ERROR_NETWORK, 0);
	pass(16501);
	let_in(); /* which is not enough */
	pass(23498);
	assert_said("lost:NETWORK opened:me");
	pass(1);
	assert_said("ended:NETWORK");
	assert_int_equal(attempt_count, 2);
}

static void test_the_time_to_give_up_begins_anew_with_each_loss(void **state)
{
	struct tc_pulse_server server = by_url();

	(void)state;
	server.offline_max_ms = 10000;
	begin(server);
	pass(9999);
	settle();
	pass(1000000);
	assert_said("opened:me");
	lose_with(TC_ERROR_NETWORK, 0);
	pass(9999);
	settle();
	pass(1);
	assert_said("lost:NETWORK opened:me");
	lose_with(TC_ERROR_NETWORK, 0);
	pass(10000);
	assert_said("lost:NETWORK ended:NETWORK");
}

static void keep_text(struct tc__link *link, const tc_error *err)
{
	(void)link;
	assert_non_null(strstr(tc_error_text(err), "no connection within 5000 ms"));
}

static void test_a_first_attempt_that_hangs_is_given_up(void **state)
{
	struct tc_pulse_server server = by_url();

	(void)state;
	server.offline_max_ms = 5000;
	world.then_in = "ended";
	world.then = keep_text;
	begin(server);
	pass(5000);
	assert_said("ended:TIMEOUT");
	assert_null(world.then_in);
}

/* ---- accounts ---- */

static void test_login_is_asked_before_each_connection(void **state)
{
	(void)state;
	begin(by_login());
	assert_said("login");
	assert_string_equal(amqp()->password, "old");
	settle();
	lose_with(TC_ERROR_NETWORK, 0);
	assert_said("opened:me lost:NETWORK login");
}

static void test_a_refused_account_is_asked_for_once_more(void **state)
{
	(void)state;
	begin(by_login());
	lose_with(TC_ERROR_CREDENTIALS, 403);
	assert_said("login lost:CREDENTIALS login-again");
	assert_string_equal(amqp()->password, "new");
	settle();
	pass(1000000);
	lose_with(TC_ERROR_NETWORK, 0);
	assert_said("opened:me lost:NETWORK login");
	lose_with(TC_ERROR_CREDENTIALS, 403); /* that was another one */
	assert_said("lost:CREDENTIALS login-again");
	lose_with(TC_ERROR_NETWORK, 0);
	pass(16501);
	assert_said("lost:NETWORK login");
	lose_with(TC_ERROR_CREDENTIALS, 403);
	assert_said("ended-403:CREDENTIALS");
	assert_int_equal(attempt_count, 5);
}

static void test_login_that_fails_is_an_attempt_that_fails(void **state)
{
	(void)state;
	world.login_fails = TC_ERROR_SYSTEM;
	begin(by_login());
	assert_said("login lost:SYSTEM");
	pass(14999);
	assert_said("");
	world.login_fails = 0;
	pass(1502);
	assert_said("login");
	assert_int_equal(attempt_count, 1);
	settle();
	world.login_fails = TC_ERROR_CREDENTIALS;
	lose_with(TC_ERROR_NETWORK, 0);
	assert_said("opened:me lost:NETWORK login ended:CREDENTIALS");
	assert_int_equal(attempt_count, 1);
}

static void test_login_that_gives_no_text_ends_it(void **state)
{
	(void)state;
	world.login_bad = true;
	begin(by_login());
	assert_said("login ended:CREDENTIALS");
	assert_int_equal(attempt_count, 0);
}

/* ---- ending it ---- */

static void test_what_is_dropped_is_silent_and_replaced(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin(by_url());
	settle();
	tc_error_set(&err, TC_ERROR_ARGUMENT, "of no use");
	tc__link_drop(world.link, &err);
	tc_error_set(&err, TC_ERROR_REPLY, "the first reason counts");
	tc__link_drop(world.link, &err);
	tc_error_clear(&err);
	tell_all();
	amqp()->user.lost(amqp()->user.data, NULL);
	assert_said("opened:me");
	assert_ptr_equal(tc__link_amqp(world.link), amqp());
	turn();
	assert_said("lost:ARGUMENT");
	assert_int_equal(attempt_count, 2);
	assert_true(attempts[0].freed);
	assert_false(attempts[0].left);
}

static void test_it_is_closed_politely(void **state)
{
	(void)state;
	begin(by_url());
	settle();
	tc__link_close(world.link);
	assert_true(amqp()->left);
	tell_all();
	turn();
	assert_said("opened:me");
	amqp()->user.lost(amqp()->user.data, NULL);
	assert_said("");
	turn();
	assert_said("ended");
	tc__link_close(world.link);
	turn();
	assert_said("");
}

static void test_it_fails_politely(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	begin(by_url());
	settle();
	tc_error_set(&err, TC_ERROR_HTTP, "no");
	tc_error_set_server(&err, 403, NULL, NULL);
	tc__link_fail(world.link, &err);
	tc_error_clear(&err);
	tc__link_close(world.link);
	assert_true(amqp()->left);
	assert_said("opened:me");
	lose_with(TC_ERROR_NETWORK, 0);
	assert_said("ended-403:HTTP");
}

static void test_it_is_closed_without_a_connection(void **state)
{
	struct tc_pulse_server server = by_url();

	(void)state;
	begin(server);
	tc__link_close(world.link);
	assert_said("");
	turn();
	assert_said("ended");
	assert_false(amqp()->left);
	tc__link_free(world.link);

	begin(server);
	lose_with(TC_ERROR_NETWORK, 0);
	tc__link_close(world.link);
	turn();
	assert_said("lost:NETWORK ended");
	tc__link_free(world.link);

	world.link = tc__link_new(world.loop, &server, &functions, NULL);
	tc__link_close(world.link);
	turn();
	assert_said("ended");
	assert_int_equal(attempt_count, 2);
}

static void close_it(struct tc__link *link, const tc_error *err)
{
	(void)err;
	tc__link_close(link);
}

static void test_it_can_be_closed_in_each_callback(void **state)
{
	static const struct {
		const char *in, *said;
	} rows[] = { { "login", "login ended" }, { "opened:", "login opened:me ended" },
		{ "lost", "login opened:me lost:NETWORK ended" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		world.then_in = rows[i].in;
		world.then = close_it;
		begin(by_login());
		if (i > 0)
			let_in();
		if (i > 0)
			lose_with(TC_ERROR_NETWORK, 0);
		assert_said(rows[i].said);
		tc__link_free(world.link);
		world.link = NULL;
	}
}

/* From its beginning to its end, as far as it gets. */
static void live(void)
{
	begin(by_login());
	if (world.link)
		let_in();
	for (size_t i = 0; world.link && i < TOLD; i++)
		tell(i);
	if (world.link)
		lose_with(TC_ERROR_NETWORK, 0);
	pass(16501);
	if (world.link)
		lose_with(TC_ERROR_SYSTEM, 0);
}

static void test_it_can_be_freed_in_each_callback(void **state)
{
	static const char *const names[] = { "login", "opened:", "replied", "content", "told",
		"refused", "drained", "reopened", "lost", "ended" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		world.free_in = names[i];
		live();
		assert_null(world.link);
		assert_int_equal(tc_loop_pending(world.loop), 0);
		size_t length = strlen(world.said);
		pass(16501);
		assert_int_equal(strlen(world.said), length);
		world.said[0] = '\0';
	}
}

/* ---- deleting a queue ---- */

static int delete_queue(struct tc_pulse_server server, tc_error *err)
{
	script.on = true;
	int rc = tc_pulse_delete_queue(&server, "builds", err);
	for (size_t i = 0; i < attempt_count; i++)
		assert_true(attempts[i].freed);
	return rc;
}

static void test_a_queue_is_deleted(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(delete_queue(by_url(), &err), &err);
	assert_string_equal(amqp()->asked, "queue/me/builds");
	assert_true(amqp()->left);
	script.status = 404;
	assert_ok(delete_queue(by_url(), &err), &err);
	assert_int_equal(attempt_count, 2);
}

static void test_a_queue_that_is_not_ours_is_not_deleted(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	script.status = 403;
	assert_int_equal(delete_queue(by_url(), &err), TC_ERROR_HTTP);
	assert_int_equal(err.http_status, 403);
	assert_string_equal(tc_error_server_message(&err), "no");
	assert_failure(&err, TC_ERROR_HTTP, "the broker says no");
	assert_int_equal(attempt_count, 1);
}

static void test_a_broker_that_is_not_there_is_given_up(void **state)
{
	struct tc_pulse_server server = by_url();
	tc_error err = TC_ERROR_INIT;

	(void)state;
	script.lost = TC_ERROR_NETWORK;
	server.offline_max_ms = 50;
	server.reconnect_ms = 10;
	assert_int_equal(delete_queue(server, &err), TC_ERROR_NETWORK);
	assert_failure(&err, TC_ERROR_NETWORK, "no connection for 50 ms, at last: as told");
	assert_true(attempt_count > 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_connection_is_made_and_what_it_tells_is_passed_on),
		TEST(test_an_attempt_that_fails_is_followed_after_the_pause),
		TEST(test_a_connection_that_served_is_replaced_at_once),
		TEST(test_a_broker_that_throws_out_is_not_asked_without_end),
		TEST(test_pauses_differ),
		TEST(test_memory_that_ended_is_no_end),
		TEST(test_what_speaks_no_amqp_is_tried_again),
		TEST(test_what_will_not_go_away_ends_it),
		TEST(test_what_has_served_is_not_given_up_for_the_networks_state),
		TEST(test_it_gives_up_after_the_time_that_is_set),
		TEST(test_the_time_to_give_up_begins_anew_with_each_loss),
		TEST(test_a_first_attempt_that_hangs_is_given_up),
		TEST(test_login_is_asked_before_each_connection),
		TEST(test_a_refused_account_is_asked_for_once_more),
		TEST(test_login_that_fails_is_an_attempt_that_fails),
		TEST(test_login_that_gives_no_text_ends_it),
		TEST(test_what_is_dropped_is_silent_and_replaced),
		TEST(test_it_is_closed_politely),
		TEST(test_it_fails_politely),
		TEST(test_it_is_closed_without_a_connection),
		TEST(test_it_can_be_closed_in_each_callback),
		TEST(test_it_can_be_freed_in_each_callback),
		TEST(test_a_queue_is_deleted),
		TEST(test_a_queue_that_is_not_ours_is_not_deleted),
		TEST(test_a_broker_that_is_not_there_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
