/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Looked at as a worker is: what comes changes flags, and a bell has it looked at in a turn of its
 * own, which does what is due. So `lost`, `ended` and the login never come from inside somebody's
 * call, and where memory ends for a timer it is looked at again.
 */
#include "workflows/src/pulse/server/link.h"

#include "workflows/src/base/bell.h"
#include "workflows/src/base/text.h"
#include "workflows/src/base/timer.h"
#include "workflows/src/pulse/server/options.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE_MAX 5 /* a broker that lets us in and throws us out is not asked without end */

struct tc__link {
	tc_loop *loop;
	pid_t pid;
	struct tc__server server;
	struct tc__link_user user;
	struct tc__bell bell;

	struct tc__amqp *amqp;   /* the connection, or an attempt at one */
	char account[256];       /* its user */
	bool opened, settled;    /* how far it has come; */
	bool served;             /* one has ever settled */
	bool lost, final;        /* it is, or shall be, gone, as `err` says; no other would be
				    better */
	tc_error err, last;      /* and why the one before it was */
	uint64_t offline;        /* timers, 0: not set; until it is given up, */
	uint64_t pace;           /* and until another attempt may begin, */
	bool at_once;            /* which need not wait for that; */
	int at_once_count;       /* how often in a row */
	bool refused, ask_again; /* the password was; `login` is to be told */
	bool brief;              /* it ends where memory does, too */
	bool ending, ended;      /* as `end` says; TC_OK: closed */
	tc_error end;
	bool closed; /* freed, but in use: */
	int holds;
};

/* ---- what changes ---- */

/* Nothing more of this connection is told. */
static bool is_mute(const struct tc__link *link)
{
	return link->lost || link->ending;
}

static void lose(struct tc__link *link, const tc_error *err, bool final)
{
	link->lost = true;
	link->final = final;
	tc_error_clear(&link->err);
	if (err)
		tc_error_copy(&link->err, err);
	tc__bell_pull(&link->bell);
}

/* A connection that stands is left politely. */
static void begin_to_end(struct tc__link *link, const tc_error *err)
{
	if (link->ending)
		return;
	link->ending = true;
	if (err)
		tc_error_copy(&link->end, err);
	if (link->opened && !link->lost)
		tc__amqp_close(link->amqp);
	tc__bell_pull(&link->bell);
}

/* ---- what AMQP tells ---- */

static void on_opened(void *data)
{
	struct tc__link *link = data;
	bool again = link->opened;

	if (is_mute(link))
		return;
	link->opened = true;
	link->refused = false;
	if (!again)
		link->user.opened(link->user.data, link->amqp, link->account);
	else if (link->user.reopened)
		link->user.reopened(link->user.data);
}

static void on_replied(void *data, const amqp_method_t *method)
{
	struct tc__link *link = data;

	if (!is_mute(link) && link->user.replied)
		link->user.replied(link->user.data, method);
}

static void on_refused(void *data, const tc_error *err, bool asked)
{
	struct tc__link *link = data;

	if (!is_mute(link) && link->user.refused)
		link->user.refused(link->user.data, err, asked);
}

static void on_content(void *data, struct tc__amqp_content *content)
{
	struct tc__link *link = data;

	if (!is_mute(link) && link->user.content)
		link->user.content(link->user.data, content);
	else
		free(content->body);
}

static void on_told(void *data, const amqp_method_t *method)
{
	struct tc__link *link = data;

	if (!is_mute(link) && link->user.told)
		link->user.told(link->user.data, method);
}

static void on_drained(void *data)
{
	struct tc__link *link = data;

	if (!is_mute(link) && link->user.drained)
		link->user.drained(link->user.data);
}

/* What will not go away. Memory may be there again, and what speaks no AMQP may be something in
 * front of a broker that is away. Where a broker was reached once, that something else answers
 * there, or shows another certificate, is a state of the network, and not of the options. */
static bool is_final(const struct tc__link *link, const tc_error *err)
{
	if (err->code == TC_ERROR_NOMEM || err->code == TC_ERROR_REPLY)
		return link->brief;
	if (link->served && err->code == TC_ERROR_NETWORK)
		return false;
	return !tc_error_may_repeat(err);
}

static void on_lost(void *data, const tc_error *err)
{
	struct tc__link *link = data;

	if (link->lost)
		return; /* dropped before, for a reason of its own */
	if (err && err->code == TC_ERROR_CREDENTIALS && link->server.login && !link->refused) {
		link->refused = link->ask_again = link->at_once = true;
		lose(link, err, false);
		return;
	}
	lose(link, err, err && is_final(link, err));
}

/* ---- time ---- */

static void look(struct tc__link *link);

static void on_pace(void *data, uint64_t timer)
{
	struct tc__link *link = data;

	(void)timer;
	link->pace = 0;
	look(link);
}

static void on_offline(void *data, uint64_t timer)
{
	struct tc__link *link = data;
	long long limit = (long long)link->server.offline_max_ms;

	(void)timer;
	link->offline = 0;
	if (link->last.code != TC_OK)
		tc_error_prefix(&link->last, "no connection for %lld ms, at last", limit);
	else
		tc_error_set(&link->last, TC_ERROR_TIMEOUT, "no connection within %lld ms", limit);
	link->lost = true; /* whatever there is of one is not waited for */
	begin_to_end(link, &link->last);
	look(link);
}

static bool set_timer(
	struct tc__link *link, uint64_t *timer, int64_t delay_ms, tc_timer_fn *on_timer)
{
	tc_error err = TC_ERROR_INIT;

	if (*timer)
		return true;
	int rc = tc_loop_timer(link->loop, delay_ms, on_timer, link, timer, &err);
	if (rc != TC_OK && link->brief)
		begin_to_end(link, &err);
	else if (rc != TC_OK) /* memory ended: it is looked at until there is some */
		tc__bell_pull(&link->bell);
	tc_error_clear(&err);
	return rc == TC_OK;
}

static bool watch_offline(struct tc__link *link)
{
	int64_t limit = link->server.offline_max_ms;

	return !limit || link->settled || set_timer(link, &link->offline, limit, on_offline);
}

/* So that all those whom a broker's restart has thrown out do not come back at the same moment. */
static int64_t pause_ms(const struct tc__link *link)
{
	int64_t least = link->server.reconnect_ms;
	int64_t more = least / 10 < UINT32_MAX ? least / 10 : UINT32_MAX - 1;

	return least > INT64_MAX - more ? least : least + randombytes_uniform((uint32_t)more + 1);
}

/* ---- an attempt ---- */

static int check_login(const struct tc_pulse_login *login, tc_error *err)
{
	const char *wrong = !*login->user                        ? "user is empty"
		: !memchr(login->user, '\0', sizeof login->user) ? "user does not end with a NUL"
		: !memchr(login->password, '\0', sizeof login->password)
		? "password does not end with a NUL"
		: NULL;

	if (!wrong)
		return TC_OK;
	return tc_error_set(err, TC_ERROR_CREDENTIALS, "server.login: %s", wrong);
}

static int ask_login(struct tc__link *link, struct tc_pulse_login *login, tc_error *err)
{
	bool refused = link->ask_again;

	link->ask_again = false;
	int rc = link->server.login(link->server.login_data, refused, login, err);
	if (rc == TC_OK) {
		tc_error_clear(err);
		return check_login(login, err);
	}
	if (err->code == TC_OK)
		tc_error_set(err, rc, "no account");
	tc_error_prefix(err, "server.login");
	return err->code;
}

static int connect_as(struct tc__link *link, const char *user, const char *password, tc_error *err)
{
	const struct tc__amqp_target target = { .client = link->server.client,
		.url = link->server.url,
		.user = user,
		.password = password,
		.vhost = link->server.broker.vhost,
		.timeout_ms = link->server.connect_timeout_ms,
		.heartbeat_s = link->server.heartbeat_s };
	const struct tc__amqp_user functions = { link, on_opened, on_replied, on_refused,
		on_content, on_told, on_drained, on_lost };

	memcpy(link->account, user, strlen(user) + 1);
	link->amqp = tc__amqp_new(link->loop, &target, &functions, err);
	return link->amqp ? TC_OK : TC_ERROR_SYSTEM;
}

/* What `login` says of itself is not judged, but for one code that it is told of. */
static void begin_attempt(struct tc__link *link, tc_error *err)
{
	const struct tc__broker *broker = &link->server.broker;
	struct tc_pulse_login login;

	if (!link->server.login) {
		if (connect_as(link, broker->user, broker->password, err) != TC_OK)
			lose(link, err, is_final(link, err));
		return;
	}
	memset(&login, 0, sizeof login);
	int rc = ask_login(link, &login, err);
	if (link->closed || link->ending)
		rc = TC_OK; /* by `login` */
	else if (rc != TC_OK)
		lose(link, err, rc == TC_ERROR_CREDENTIALS);
	else if (connect_as(link, login.user, login.password, err) != TC_OK)
		lose(link, err, is_final(link, err));
	sodium_memzero(&login, sizeof login);
}

/* Whatever comes of it, the time of the next one is set before. */
static void attempt(struct tc__link *link)
{
	tc_error err = TC_ERROR_INIT;
	uint64_t next = 0;

	if (!watch_offline(link) || !set_timer(link, &next, pause_ms(link), on_pace))
		return;
	tc__timer_end(link->loop, &link->pace);
	link->pace = next;
	link->at_once = false;
	begin_attempt(link, &err);
	tc_error_clear(&err);
}

/* ---- looking ---- */

static void set_pace(struct tc__link *link)
{
	if (!link->pace)
		link->at_once_count = 0;
	if (link->settled && link->at_once_count < AT_ONCE_MAX) {
		link->at_once_count++;
		link->at_once = true;
	}
}

static void take_loss(struct tc__link *link)
{
	struct tc__amqp *amqp = link->amqp;

	set_pace(link);
	link->amqp = NULL;
	link->lost = link->opened = link->settled = false;
	tc_error_clear(&link->last);
	link->last = link->err;
	link->err = (tc_error)TC_ERROR_INIT;
	if (link->final)
		begin_to_end(link, &link->last);
	else if (link->user.lost)
		link->user.lost(link->user.data, &link->last);
	tc__amqp_free(amqp);
}

static void leave_loop(struct tc__link *link)
{
	struct tc__amqp *amqp = link->amqp;

	link->amqp = NULL;
	link->opened = false;
	tc__timer_end(link->loop, &link->pace);
	tc__timer_end(link->loop, &link->offline);
	tc_loop_watch(link->loop, link->bell.fd, 0, NULL, NULL, NULL);
	tc__amqp_free(amqp);
}

static void finish(struct tc__link *link)
{
	link->ended = true;
	leave_loop(link);
	if (link->user.ended)
		link->user.ended(link->user.data, link->end.code != TC_OK ? &link->end : NULL);
}

static void give_back(struct tc__link *link)
{
	tc__bell_end(&link->bell);
	tc__server_end(&link->server);
	tc_error_clear(&link->err);
	tc_error_clear(&link->last);
	tc_error_clear(&link->end);
	free(link);
}

static void hold(struct tc__link *link)
{
	link->holds++;
}

static void let_go(struct tc__link *link)
{
	if (--link->holds == 0 && link->closed)
		give_back(link);
}

static void go_on(struct tc__link *link)
{
	if (link->closed)
		return;
	if (link->ending) {
		if (!link->opened || link->lost)
			finish(link);
		return;
	}
	if (!link->amqp && (link->at_once || !link->pace))
		attempt(link);
	else
		watch_offline(link);
}

static void look(struct tc__link *link)
{
	if (link->ended)
		return;
	hold(link);
	if (link->lost && !link->ending)
		take_loss(link);
	go_on(link);
	let_go(link);
}

static void on_bell(void *data, int fd, int events)
{
	struct tc__link *link = data;

	(void)fd;
	(void)events;
	tc__bell_hush(&link->bell);
	look(link);
}

/* ---- the face ---- */

struct tc__link *tc__link_new(tc_loop *loop, const struct tc_pulse_server *server,
	const struct tc__link_user *user, tc_error *err)
{
	struct tc__link *link = calloc(1, sizeof *link);

	if (!link) {
		tc__no_memory(err);
		return NULL;
	}
	link->loop = loop;
	link->pid = getpid();
	link->user = *user;
	link->bell = (struct tc__bell){ -1, -1 };
	int rc = tc__server_read(&link->server, server, err);
	if (rc == TC_OK)
		rc = tc__bell_make(&link->bell, err);
	if (rc == TC_OK)
		rc = tc_loop_watch(loop, link->bell.fd, TC_LOOP_READ, on_bell, link, err);
	if (rc != TC_OK) {
		give_back(link);
		return NULL;
	}
	tc__bell_pull(&link->bell);
	return link;
}

void tc__link_make_brief(struct tc__link *link, int64_t ms)
{
	link->brief = true;
	if (!link->server.offline_max_ms)
		link->server.offline_max_ms = ms;
}

void tc__link_settled(struct tc__link *link)
{
	if (!link->opened || is_mute(link))
		return;
	link->settled = link->served = true;
	tc__timer_end(link->loop, &link->offline);
}

void tc__link_drop(struct tc__link *link, const tc_error *err)
{
	if (link->amqp && !is_mute(link))
		lose(link, err, false);
}

void tc__link_fail(struct tc__link *link, const tc_error *err)
{
	begin_to_end(link, err);
}

void tc__link_close(struct tc__link *link)
{
	begin_to_end(link, NULL);
}

struct tc__amqp *tc__link_amqp(const struct tc__link *link)
{
	return link && link->opened ? link->amqp : NULL;
}

void tc__link_free(struct tc__link *link)
{
	if (!link || link->closed)
		return;
	hold(link);
	link->closed = true;
	if (link->pid != getpid()) /* after fork: nothing there is ours, nor comes back */
		link->holds = 1;
	else if (!link->ended)
		leave_loop(link);
	let_go(link);
}
