/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/loop.h"

#include "runtime/src/common/clock.h"
#include "runtime/src/http/transport_sigpipe.h"
#include <stdlib.h>
#include <string.h>

/* ---- curl's hooks ---- */

static int on_timer(CURLM *multi, long ms, void *data)
{
	tc_loop *loop = data;

	(void)multi;
	loop->curl_due_ms = ms < 0 ? TC__NEVER : tc__clock_steady_ms() + ms;
	return 0;
}

/* A transfer whose descriptor nobody watches would never end, so its run is failed soon. curl gives
 * up all transfers when this function fails, hence it never does. */
static void fail_unwatched(tc_loop *loop, CURL *easy)
{
	char *private = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
	struct tc__flight *flight = (void *)private;
	if (!flight || !flight->run)
		return;
	flight->run->unwatched = true;
	tc__timers_set(&loop->timers, flight->run, TC__AT_ONCE);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *socket_data)
{
	tc_loop *loop = data;
	int events = 0;

	(void)socket_data;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= TC_LOOP_READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= TC_LOOP_WRITE;
	/* by such a pair a thread tells that a name was looked up; its number is soon another's */
	bool of_curl = !tc__sockets_has(&loop->sockets, fd);
	if (of_curl && !events && loop->waiter) {
		loop->waiter_kind->forget(loop->waiter, fd);
		return 0;
	}
	if (of_curl && events)
		tc__pair_close_on_exec(fd);
	int rc = loop->waiter ? loop->waiter_kind->watch(loop->waiter, fd, events)
			      : loop->options.watch(loop->options.data, fd, events);
	if (rc != 0 && events)
		fail_unwatched(loop, easy);
	return 0;
}

static void on_closing(void *data, int fd)
{
	tc_loop *loop = data;

	if (loop->waiter)
		loop->waiter_kind->forget(loop->waiter, fd);
}

int tc__flights_open(tc_loop *loop, tc_error *err)
{
	loop->sockets.closing = on_closing;
	loop->sockets.data = loop;
	loop->curl_due_ms = TC__NEVER;
	if (tc__curl_start(err) != TC_OK)
		return err ? err->code : TC_ERROR_SYSTEM;
	loop->multi = tc__curl_multi_new();
	if (!loop->multi)
		return tc__fail_nomem(err);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)loop->options.in_flight);
	return TC_OK;
}

/* ---- handles ---- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_settings(const struct tc__curl_settings *a, const struct tc__curl_settings *b)
{
	return a->connect_timeout_ms == b->connect_timeout_ms &&
		a->environment_proxy == b->environment_proxy && same_text(a->ca_file, b->ca_file) &&
		same_text(a->http_proxy, b->http_proxy);
}

static struct tc__setup *new_setup(const struct tc__curl_settings *settings)
{
	size_t ca_size = settings->ca_file ? strlen(settings->ca_file) + 1 : 0;
	size_t proxy_size = settings->http_proxy ? strlen(settings->http_proxy) + 1 : 0;
	struct tc__setup *setup = malloc(sizeof *setup + ca_size + proxy_size);

	if (!setup)
		return NULL;
	char *texts = (char *)(setup + 1);
	*setup = (struct tc__setup){ .settings = *settings };
	if (ca_size)
		setup->settings.ca_file = memcpy(texts, settings->ca_file, ca_size);
	if (proxy_size)
		setup->settings.http_proxy =
			memcpy(texts + ca_size, settings->http_proxy, proxy_size);
	return setup;
}

static struct tc__setup *setup_for(tc_loop *loop, const tc_client *client, tc_error *err)
{
	struct tc__curl_settings settings = tc__client_settings(client);

	for (struct tc__setup *setup = loop->setups; setup; setup = setup->next)
		if (same_settings(&setup->settings, &settings))
			return setup;
	struct tc__setup *setup = new_setup(&settings);
	if (!setup) {
		tc__fail_nomem(err);
		return NULL;
	}
	setup->next = loop->setups;
	loop->setups = setup;
	return setup;
}

static struct tc__flight *take_idle(struct tc__setup *setup)
{
	struct tc__flight *flight = setup->idle;

	if (flight)
		setup->idle = flight->next;
	return flight;
}

static void close_flight(tc_loop *loop, struct tc__flight *flight)
{
	tc__transfer_close(&flight->transfer);
	free(flight);
	loop->opened--;
}

/* As many handles as may fly are enough, whatever they are set up for. */
static void make_room(tc_loop *loop)
{
	for (struct tc__setup *setup = loop->setups; setup; setup = setup->next) {
		struct tc__flight *flight = take_idle(setup);
		if (!flight)
			continue;
		close_flight(loop, flight);
		return;
	}
}

static struct tc__flight *open_flight(tc_loop *loop, struct tc__setup *setup, tc_error *err)
{
	if (loop->opened >= loop->options.in_flight)
		make_room(loop);
	struct tc__flight *flight = calloc(1, sizeof *flight);
	if (!flight) {
		tc__fail_nomem(err);
		return NULL;
	}
	flight->setup = setup;
	flight->loop = loop;
	if (tc__transfer_open(&flight->transfer, &setup->settings, &loop->sockets, err) != TC_OK) {
		free(flight);
		return NULL;
	}
	loop->opened++;
	return flight;
}

static struct tc__flight *take_flight(tc_loop *loop, const tc_client *client, tc_error *err)
{
	struct tc__setup *setup = setup_for(loop, client, err);

	if (!setup)
		return NULL;
	struct tc__flight *flight = take_idle(setup);
	return flight ? flight : open_flight(loop, setup, err);
}

static void give_back(tc_loop *loop, struct tc__flight *flight)
{
	if (flight->spoilt) {
		close_flight(loop, flight);
		return;
	}
	flight->run = NULL;
	flight->next = flight->setup->idle;
	flight->setup->idle = flight;
}

void tc__flights_close(tc_loop *loop)
{
	struct tc__hush hush = { 0 };
	struct tc__setup *next;

	tc__hush_begin(&hush);
	for (struct tc__setup *setup = loop->setups; setup; setup = next) {
		struct tc__flight *flight;
		while ((flight = take_idle(setup)))
			close_flight(loop, flight);
		next = setup->next;
		free(setup);
	}
	loop->setups = NULL;
	curl_multi_cleanup(loop->multi);
	tc__hush_end(&hush);
	tc__sockets_clear(&loop->sockets);
	loop->multi = NULL;
	loop->curl_due_ms = TC__NEVER;
}

/* ---- attempts ---- */

/* A first connection that is being made may turn out to carry many calls at once (HTTP/2), so the
 * others wait for it. Without TLS it never does, and curl would know only after the first reply,
 * which long polling keeps back. */
static void set_patience(struct tc__flight *flight, bool secure)
{
	if (flight->waits != secure)
		curl_easy_setopt(flight->transfer.easy, CURLOPT_PIPEWAIT, secure ? 1L : 0L);
	flight->waits = secure;
}

static bool is_canceled(const void *data)
{
	const struct tc__flight *flight = data;

	return flight->loop->doomed || tc__wake_has_wish(&flight->loop->wake, flight->run->id);
}

static int take_off(tc_loop *loop, struct tc__run *run, tc_error *failure)
{
	struct tc__performance *performance = run->performance;
	bool secure = strncmp(tc_call_url(run->call), "https", 5) == 0;

	int rc = tc__performance_attempt(performance, tc__clock_steady_ms(), failure);
	if (rc == TC_OK && !loop->multi)
		rc = tc__flights_open(loop, failure);
	if (rc != TC_OK)
		return rc;
	struct tc__flight *flight = take_flight(loop, run->call->client, failure);
	if (!flight)
		return failure->code;
	performance->delivery.canceled = is_canceled;
	performance->delivery.canceled_data = flight;
	rc = tc__transfer_load(&flight->transfer, &performance->delivery, failure);
	if (rc == TC_OK) {
		set_patience(flight, secure);
		flight->run = run;
		CURLMcode code = curl_multi_add_handle(loop->multi, flight->transfer.easy);
		if (code == CURLM_OUT_OF_MEMORY)
			rc = tc__fail_nomem(failure);
		else if (code != CURLM_OK)
			rc = tc__fail(failure, TC_ERROR_SYSTEM, "libcurl fails: %s",
				curl_multi_strerror(code));
	}
	if (rc != TC_OK) {
		give_back(loop, flight);
		return rc;
	}
	run->flight = flight;
	run->state = TC__RUN_FLYING;
	loop->flying++;
	loop->secure |= secure;
	return TC_OK;
}

static int ensure_performance(struct tc__run *run, tc_error *failure)
{
	if (run->performance)
		return TC_OK;
	run->performance = malloc(sizeof *run->performance);
	if (!run->performance)
		return tc__fail_nomem(failure);
	tc__performance_begin(run->performance, run->call, run->sink, tc__clock_steady_ms());
	return TC_OK;
}

void tc__flight_begin(tc_loop *loop, struct tc__run *run)
{
	tc_error failure = TC_ERROR_INIT;
	int rc = ensure_performance(run, &failure);

	if (rc == TC_OK)
		rc = take_off(loop, run, &failure);
	if (rc != TC_OK)
		loop->landings->judge(loop, run, rc, &failure);
}

/*
 * What curl has kept back for a paused transfer it does not free where the connection goes on with
 * others (HTTP/2), and gives it to the handle's next transfer. So it is dropped, as far as curl
 * still gives it, and the handle not used again.
 */
static void drop_kept(struct tc__flight *flight)
{
	struct tc__delivery *delivery = flight->transfer.delivery;
	struct tc__sink *sink = flight->run->sink;

	flight->spoilt = sink && sink->paused;
	if (!flight->spoilt)
		return;
	sink->paused = false;
	flight->transfer.delivery = NULL;
	(void)curl_easy_pause(flight->transfer.easy, CURLPAUSE_CONT);
	flight->transfer.delivery = delivery;
}

static void land(tc_loop *loop, struct tc__flight *flight)
{
	drop_kept(flight);
	curl_multi_remove_handle(loop->multi, flight->transfer.easy);
	flight->run->flight = NULL;
	loop->flying--;
}

void tc__flight_break(tc_loop *loop, struct tc__run *run)
{
	struct tc__flight *flight = run->flight;
	struct tc__hush hush = { 0 };

	flight->transfer.delivery = NULL; /* libcurl would tell the progress once more */
	if (loop->secure)
		tc__hush_begin(&hush);
	land(loop, flight);
	tc__hush_end(&hush);
	tc__transfer_left(&flight->transfer);
	give_back(loop, flight);
}

static void end_flight(tc_loop *loop, struct tc__flight *flight, CURLcode code)
{
	tc_error failure = TC_ERROR_INIT;
	struct tc__run *run = flight->run;

	land(loop, flight); /* and curl's message about it is gone */
	int rc = tc__transfer_result(&flight->transfer, code, &failure);
	give_back(loop, flight);
	loop->landings->judge(loop, run, rc, &failure);
}

/* What has ended meanwhile. */
static void harvest(tc_loop *loop)
{
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(loop->multi, &left))) {
		char *private = NULL;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		end_flight(loop, (void *)private, message->data.result);
	}
}

void tc__flights_drive(tc_loop *loop, int fd, int events)
{
	struct tc__hush hush = { 0 };
	int mask = 0, running = 0;

	if (!loop->multi)
		return;
	if (events & TC_LOOP_READ)
		mask |= CURL_CSELECT_IN;
	if (events & TC_LOOP_WRITE)
		mask |= CURL_CSELECT_OUT;
	if (events & TC_LOOP_ERROR)
		mask |= CURL_CSELECT_ERR;
	if (loop->secure)
		tc__hush_begin(&hush);
	if (fd == TC__TIMEOUT)
		loop->curl_due_ms = TC__NEVER; /* it will say when next */
	CURLMcode code = curl_multi_socket_action(
		loop->multi, fd == TC__TIMEOUT ? CURL_SOCKET_TIMEOUT : fd, mask, &running);
	harvest(loop);
	tc__hush_end(&hush);
	if (code == CURLM_OK)
		return;
	/* what a failure leaves behind in curl is not fit for use: it may even crash */
	loop->landings->fail_flying(loop, code == CURLM_OUT_OF_MEMORY);
	tc__flights_close(loop);
}

void tc__flight_resume(tc_loop *loop, struct tc__run *run)
{
	struct tc__flight *flight = run->flight;
	struct tc__hush hush = { 0 };

	if (!flight || !run->sink || !run->sink->paused)
		return;
	run->sink->paused = false;
	if (loop->secure)
		tc__hush_begin(&hush);
	CURLcode code = curl_easy_pause(flight->transfer.easy, CURLPAUSE_CONT);
	/* curl gives what it had kept back, and forgets the transfer when that fails */
	if (code != CURLE_OK)
		end_flight(loop, flight, code);
	tc__hush_end(&hush);
}
