/* SPDX-License-Identifier: MPL-2.0 */
#define CURL_DISABLE_DEPRECATION /* curl_multi_socket_all, which is only slow */
#include "runtime/src/http/pool.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/process.h"
#include "runtime/src/http/cancel.h"
#include "runtime/src/http/transport_sigpipe.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NEVER INT64_MAX
#define AT_ONCE INT64_MIN /* no clock has to be asked for it */

/* So many handles may have large buffers from the start; of many in flight it would be megabytes.
 */
#define WIDE 8

/* An easy handle, on its way with a passenger or idle. */
struct tc__flight {
	struct tc__transfer transfer;    /* first: curl knows the handle's owner by its address */
	struct tc__passenger *passenger; /* NULL: idle */
	struct tc__setup *setup;         /* NULL: it has */
	struct tc__own *own;
	struct tc__flight *next, *before; /* of the idle ones, or of those that fly */
	bool spoilt;                      /* not to be used again */
	bool waits;                       /* how it was set up last time */
};

/*
 * What a connection of its passenger's flies on, alone: to libcurl one that only connects lies idle
 * as soon as it stands, so that the next transfer on the same multi handle that makes a connection
 * closes it for its age. Nor do others' limits and names count for it then.
 */
struct tc__own {
	CURLM *multi;
	int64_t due_ms;              /* as the pool's curl_due_ms */
	struct tc__network *network; /* held */
	bool stands;                 /* curl has nothing to do on it any more */
};

/* Handles that were set up for one network. Most programs have one setup. */
struct tc__setup {
	struct tc__network *network; /* held */
	size_t flying;
	struct tc__flight *idle;
	struct tc__setup *next;
};

/* ---- curl's hooks ---- */

static int on_timer(CURLM *multi, long ms, void *data)
{
	int64_t *due_ms = data;

	(void)multi;
	*due_ms = ms < 0 ? NEVER : ms == 0 ? AT_ONCE : tc__steady_ms(NULL) + ms;
	return 0;
}

/* A transfer whose descriptor nobody watches would never end, so it is broken off soon. curl gives
 * up all transfers when this function fails, hence it never does. */
static void tell_unwatched(CURL *easy)
{
	char *private = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
	struct tc__flight *flight = (void *)private;
	if (flight && flight->passenger)
		flight->passenger->unwatched(flight->passenger);
}

static int watch(struct tc__pool *pool, int fd, int events)
{
	return pool->waiter ? pool->waiter_kind->watch(pool->waiter, fd, events)
			    : pool->host.watch(pool->host.data, fd, events);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *socket_data)
{
	struct tc__pool *pool = data;
	int events = 0;

	(void)socket_data;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= TC__READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= TC__WRITE;
	/* by such a pair a thread tells that a name was looked up; its number is soon another's */
	bool of_curl = !tc__sockets_has_shown(&pool->sockets, fd);
	if (of_curl && !events && pool->waiter) {
		pool->waiter_kind->forget(pool->waiter, fd);
		return 0;
	}
	if (of_curl && events)
		tc__pair_close_on_exec(fd);
	if (watch(pool, fd, events) != 0 && events)
		tell_unwatched(easy);
	return 0;
}

static void on_closing(void *data, int fd)
{
	struct tc__pool *pool = data;

	if (pool->waiter)
		pool->waiter_kind->forget(pool->waiter, fd);
}

/* ---- opening ---- */

static const struct tc__waiter_kind *best_kind(void)
{
#ifdef __linux__
	return &tc__waiter_epoll;
#else
	return &tc__waiter_poll;
#endif
}

void tc__pool_init(struct tc__pool *pool, const struct tc_seams *seams,
	const struct tc__pool_host *host, const struct tc__waiter_kind *kind, size_t kept)
{
	*pool = (struct tc__pool){
		.seams = seams,
		.host = host ? *host : (struct tc__pool_host){ 0 },
		.waiter_kind = kind ? kind : best_kind(),
		.owner = tc__process_mark(),
		.kept = kept,
		.curl_due_ms = NEVER,
		.guard_ms = NEVER,
	};
}

int tc__pool_open_waiter(struct tc__pool *pool, tc_error *err)
{
	if (pool->waiter || pool->host.watch)
		return TC_OK;
	pool->waiter = pool->waiter_kind->open(err);
	return pool->waiter ? TC_OK : err ? err->code : TC_ERROR_SYSTEM;
}

/* `due_ms` is when it wants to be asked. */
static CURLM *new_multi(struct tc__pool *pool, int64_t *due_ms)
{
	CURLM *multi = tc__curl_multi_new();

	*due_ms = NEVER;
	tc__sockets_doubt(&pool->sockets); /* it has a pair of its own */
	if (!multi)
		return NULL;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, pool);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, due_ms);
	tc__lookup_set_free(multi);
	return multi;
}

int tc__pool_open(struct tc__pool *pool, tc_error *err)
{
	if (pool->multi)
		return TC_OK;
	int rc = tc__pool_open_waiter(pool, err);
	if (rc == TC_OK)
		rc = tc__curl_start(err);
	if (rc != TC_OK)
		return rc;
	pool->sockets.closing = on_closing;
	pool->sockets.data = pool;
	pool->multi = new_multi(pool, &pool->curl_due_ms);
	if (!pool->multi)
		return tc__fail_nomem(err);
	curl_multi_setopt(pool->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)pool->kept);
	curl_multi_setopt(pool->multi, CURLMOPT_MAX_HOST_CONNECTIONS, pool->host_connections);
	return TC_OK;
}

void tc__pool_keep(struct tc__pool *pool, size_t count)
{
	if (count <= pool->kept)
		return;
	pool->kept = count;
	if (pool->multi)
		curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)count);
}

/* ---- handles ---- */

static struct tc__flight *take_idle(struct tc__setup *setup)
{
	struct tc__flight *flight = setup->idle;

	if (flight)
		setup->idle = flight->next;
	return flight;
}

/* The connection goes with it. */
static void close_own(struct tc__own *own)
{
	struct tc__hush hush = { 0 };

	tc__hush_begin(&hush);
	curl_multi_cleanup(own->multi);
	tc__hush_end(&hush);
	tc__network_release(own->network);
	free(own);
}

static void close_flight(struct tc__pool *pool, struct tc__flight *flight)
{
	tc__transfer_close(&flight->transfer);
	if (flight->own)
		close_own(flight->own);
	else
		pool->opened--;
	free(flight);
}

static void close_setup(struct tc__pool *pool, struct tc__setup *setup)
{
	struct tc__flight *flight;

	while ((flight = take_idle(setup)))
		close_flight(pool, flight);
	tc__network_release(setup->network);
	free(setup);
}

/* Nothing flies on it. */
static void close_multi(struct tc__pool *pool)
{
	struct tc__hush hush = { 0 };
	struct tc__setup *next;

	tc__hush_begin(&hush);
	for (struct tc__setup *setup = pool->setups; setup; setup = next) {
		next = setup->next;
		close_setup(pool, setup);
	}
	pool->setups = NULL;
	curl_multi_cleanup(pool->multi);
	tc__hush_end(&hush);
	if (pool->way)
		tc__network_release(pool->way);
	pool->way = NULL;
	if (pool->alone)
		tc__sockets_prune(&pool->sockets);
	else
		tc__sockets_clear(&pool->sockets);
	pool->multi = NULL;
	pool->curl_due_ms = pool->guard_ms = NEVER;
}

/* Nobody will send over the networks of clients that are gone. */
static void close_left(struct tc__pool *pool)
{
	struct tc__setup **at = &pool->setups;

	while (*at) {
		struct tc__setup *setup = *at;
		if (setup->flying || !tc__network_is_left(setup->network)) {
			at = &setup->next;
			continue;
		}
		*at = setup->next;
		close_setup(pool, setup);
	}
}

/* curl has one limit for all that fly on a multi handle: the smallest that anybody asked for. */
static void limit(struct tc__pool *pool, long host_connections)
{
	if (!host_connections ||
		(pool->host_connections && pool->host_connections <= host_connections))
		return;
	pool->host_connections = host_connections;
	curl_multi_setopt(pool->multi, CURLMOPT_MAX_HOST_CONNECTIONS, host_connections);
}

/* What libcurl cannot tell apart it would send over each other's connections. When those that do
 * not mix are gone, their connections and names go, too. */
static int admit(struct tc__pool *pool, struct tc__network *network, tc_error *err)
{
	if (pool->way && !tc__network_mixes(pool->way, network)) {
		if (pool->setups)
			return tc__fail(err, TC_ERROR_ARGUMENT,
				"clients on one loop share connections, and another one's resolve, "
				"interface or on_handle is different: give this one a loop of its "
				"own");
		close_multi(pool);
	}
	int rc = tc__pool_open(pool, err);
	if (rc == TC_OK && !pool->way)
		pool->way = tc__network_hold(network);
	return rc;
}

static int setup_for(
	struct tc__pool *pool, struct tc__network *network, struct tc__setup **found, tc_error *err)
{
	for (*found = pool->setups; *found; *found = (*found)->next)
		if ((*found)->network == network)
			return TC_OK;
	close_left(pool);
	int rc = admit(pool, network, err);
	if (rc != TC_OK)
		return rc;
	struct tc__setup *setup = malloc(sizeof *setup);
	if (!setup)
		return tc__fail_nomem(err);
	*setup = (struct tc__setup){ .network = tc__network_hold(network), .next = pool->setups };
	pool->setups = *found = setup;
	limit(pool, tc__network_options(network)->host_connections);
	return TC_OK;
}

/* As many handles as may fly are enough, whatever they are set up for. */
static void make_room(struct tc__pool *pool)
{
	for (struct tc__setup *setup = pool->setups; setup; setup = setup->next) {
		struct tc__flight *flight = take_idle(setup);
		if (!flight)
			continue;
		close_flight(pool, flight);
		return;
	}
}

static int open_flight(
	struct tc__pool *pool, struct tc__setup *setup, struct tc__flight **opened, tc_error *err)
{
	if (pool->opened >= pool->kept)
		make_room(pool);
	struct tc__flight *flight = calloc(1, sizeof *flight);
	if (!flight)
		return tc__fail_nomem(err);
	flight->setup = setup;
	int rc = tc__transfer_open(&flight->transfer, setup->network, &pool->sockets, err);
	if (rc != TC_OK) {
		free(flight);
		return rc;
	}
	flight->transfer.driver = &pool->driver;
	flight->transfer.guard_ms = &pool->guard_ms;
	if (pool->opened < WIDE)
		tc__transfer_widen(&flight->transfer);
	pool->opened++;
	*opened = flight;
	return TC_OK;
}

static int take_flight(struct tc__pool *pool, struct tc__network *network,
	struct tc__flight **taken, tc_error *err)
{
	struct tc__setup *setup = NULL;
	int rc = setup_for(pool, network, &setup, err);

	if (rc != TC_OK)
		return rc;
	*taken = take_idle(setup);
	return *taken ? TC_OK : open_flight(pool, setup, taken, err);
}

static int open_own(
	struct tc__pool *pool, struct tc__network *network, struct tc__own **opened, tc_error *err)
{
	struct tc__own *own = malloc(sizeof *own);

	if (!own)
		return tc__fail_nomem(err);
	*own = (struct tc__own){ .multi = new_multi(pool, &own->due_ms), .due_ms = NEVER };
	if (!own->multi) {
		free(own);
		return tc__fail_nomem(err);
	}
	own->network = tc__network_hold(network);
	*opened = own;
	return TC_OK;
}

/* One that is its passenger's alone, and used once. */
static int open_lone_flight(struct tc__pool *pool, struct tc__network *network,
	struct tc__flight **opened, tc_error *err)
{
	int rc = tc__pool_open(pool, err);
	struct tc__flight *flight = rc == TC_OK ? calloc(1, sizeof *flight) : NULL;

	if (!flight)
		return rc == TC_OK ? tc__fail_nomem(err) : rc;
	rc = open_own(pool, network, &flight->own, err);
	if (rc == TC_OK)
		rc = tc__transfer_open(&flight->transfer, network, &pool->sockets, err);
	if (rc != TC_OK) {
		if (flight->own)
			close_own(flight->own);
		free(flight);
		return rc;
	}
	flight->spoilt = true;
	*opened = flight;
	return TC_OK;
}

static void give_back(struct tc__pool *pool, struct tc__flight *flight)
{
	if (flight->spoilt) {
		close_flight(pool, flight);
		return;
	}
	flight->passenger = NULL;
	flight->next = flight->setup->idle;
	flight->setup->idle = flight;
}

/* In a child of fork the connections are the parent's: TLS would say goodbye on them. So only this
 * process's copies of the descriptors are closed. */
void tc__pool_close(struct tc__pool *pool)
{
	if (pool->owner != tc__process_mark())
		tc__sockets_abandon(&pool->sockets);
	else if (pool->multi)
		close_multi(pool);
	else
		tc__sockets_clear(&pool->sockets); /* of connections that outlived it */
	if (pool->waiter)
		pool->waiter_kind->close(pool->waiter);
	pool->waiter = NULL;
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

static CURLM *multi_of(const struct tc__pool *pool, const struct tc__flight *flight)
{
	return flight->own ? flight->own->multi : pool->multi;
}

static int add_flight(struct tc__pool *pool, struct tc__flight *flight, tc_error *err)
{
	CURLMcode code = curl_multi_add_handle(multi_of(pool, flight), flight->transfer.easy);

	if (code == CURLM_OUT_OF_MEMORY)
		return tc__fail_nomem(err);
	if (code != CURLM_OK)
		return tc__fail(
			err, TC_ERROR_SYSTEM, "libcurl fails: %s", curl_multi_strerror(code));
	return TC_OK;
}

static struct tc__flight **list_of(struct tc__pool *pool, const struct tc__flight *flight)
{
	return flight->own ? &pool->alone : &pool->flights;
}

static void take_off(
	struct tc__pool *pool, struct tc__flight *flight, struct tc__passenger *passenger)
{
	struct tc__flight **list = list_of(pool, flight);

	flight->passenger = passenger;
	passenger->flight = flight;
	flight->before = NULL;
	flight->next = *list;
	if (*list)
		(*list)->before = flight;
	*list = flight;
	if (!flight->setup)
		return;
	flight->setup->flying++;
	pool->fresh++;
}

int tc__pool_send(struct tc__pool *pool, struct tc__network *network,
	struct tc__passenger *passenger, tc_error *err)
{
	bool secure = tc__same_letters(passenger->delivery->attempt->url, "https", 5);
	struct tc__flight *flight = NULL;

	if (pool->owner != tc__process_mark())
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"its client, or loop, is of this process's parent, whose connections these "
			"are: make one after fork");
	bool alone = passenger->delivery->connect_only;
	int rc = alone ? open_lone_flight(pool, network, &flight, err)
		       : take_flight(pool, network, &flight, err);
	if (rc != TC_OK)
		return rc;
	rc = tc__transfer_load(&flight->transfer, passenger->delivery, err);
	if (rc == TC_OK) {
		set_patience(flight, secure && !alone);
		flight->passenger = passenger; /* curl may ask for it at once */
		rc = add_flight(pool, flight, err);
	}
	if (rc != TC_OK) {
		give_back(pool, flight);
		return rc;
	}
	take_off(pool, flight, passenger);
	pool->secure |= secure;
	return TC_OK;
}

/*
 * What curl has kept back for a paused transfer it does not free where the connection goes on with
 * others (HTTP/2), and gives it to the handle's next transfer. So it is dropped, as far as curl
 * still gives it, and the handle not used again.
 */
static void drop_kept(struct tc__flight *flight)
{
	struct tc__delivery *delivery = flight->transfer.delivery;
	struct tc__sink *sink = flight->passenger->sink;

	if (!sink || !sink->paused)
		return;
	flight->spoilt = true;
	sink->paused = false;
	flight->transfer.delivery = NULL;
	(void)curl_easy_pause(flight->transfer.easy, CURLPAUSE_CONT);
	flight->transfer.delivery = delivery;
}

/* Of a transfer that went well and opened one socket, that is its connection's. Else libcurl may
 * have closed some without a word. */
static bool may_have_closed(const struct tc__transfer *transfer, CURLcode code)
{
	return transfer->opened > 1 || (transfer->opened && code != CURLE_OK);
}

static void land(struct tc__pool *pool, struct tc__flight *flight, CURLcode code)
{
	drop_kept(flight);
	curl_multi_remove_handle(multi_of(pool, flight), flight->transfer.easy);
	if (may_have_closed(&flight->transfer, code))
		tc__sockets_prune(&pool->sockets);
	*(flight->before ? &flight->before->next : list_of(pool, flight)) = flight->next;
	if (flight->next)
		flight->next->before = flight->before;
	flight->passenger->flight = NULL;
	if (flight->setup)
		flight->setup->flying--;
}

void tc__pool_break(struct tc__pool *pool, struct tc__passenger *passenger)
{
	struct tc__flight *flight = passenger->flight;
	struct tc__hush hush = { 0 };

	if (!flight)
		return;
	struct tc__timing *timing = passenger->delivery->timing;
	if (timing) {
		tc__transfer_timing(&flight->transfer, timing);
		timing->total_us = -1; /* curl knows it of what has come to its end */
	}
	flight->transfer.delivery = NULL; /* libcurl would tell the progress once more */
	if (pool->secure)
		tc__hush_begin(&hush);
	land(pool, flight, CURLE_ABORTED_BY_CALLBACK);
	tc__hush_end(&hush);
	tc__transfer_left(&flight->transfer);
	give_back(pool, flight);
}

static void end_flight(struct tc__pool *pool, struct tc__flight *flight, CURLcode code)
{
	struct tc__passenger *passenger = flight->passenger;
	tc_error failure = TC_ERROR_INIT;

	if (flight->own && code == CURLE_OK) {
		flight->own->stands = true;
		int connected = tc__transfer_result(&flight->transfer, code, &failure);
		passenger->landed(passenger, connected, &failure);
		return;
	}
	land(pool, flight, code); /* and curl's message about it is gone */
	int rc = tc__transfer_result(&flight->transfer, code, &failure);
	give_back(pool, flight);
	passenger->landed(passenger, rc, &failure);
}

/* What has ended meanwhile. A multi handle of one flight's own may have ended with it. */
static void harvest(struct tc__pool *pool, CURLM *multi)
{
	bool shared = multi == pool->multi;
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left))) {
		char *private = NULL;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		end_flight(pool, (void *)private, message->data.result);
		if (!shared)
			return;
	}
}

static void fail_flight(struct tc__pool *pool, struct tc__flight *flight, bool no_memory)
{
	struct tc__passenger *passenger = flight->passenger;
	tc_error failure = TC_ERROR_INIT;

	tc__pool_break(pool, passenger);
	int rc = no_memory ? tc__fail_nomem(&failure)
			   : tc__fail(&failure, TC_ERROR_SYSTEM, "libcurl fails");
	passenger->delivery->permanent = true;
	passenger->landed(passenger, rc, &failure);
}

/* Curl could not do its part, and may have forgotten any of its transfers. What such a failure
 * leaves behind in curl is not fit for use: it may even crash. */
static void fail_all(struct tc__pool *pool, bool no_memory)
{
	while (pool->flights)
		fail_flight(pool, pool->flights, no_memory);
	close_multi(pool);
}

static bool is_due(int64_t due_ms)
{
	return due_ms != NEVER && (due_ms == AT_ONCE || due_ms <= tc__steady_ms(NULL));
}

static CURLMcode act(struct tc__pool *pool, CURLM *multi, int64_t *due_ms, int fd, int mask)
{
	int running = 0;

	if (fd == TC__POOL_DUE && !is_due(*due_ms))
		return CURLM_OK;
	if (fd == TC__POOL_DUE)
		*due_ms = NEVER; /* it will say when next */
	CURLMcode code = curl_multi_socket_action(
		multi, fd == TC__POOL_DUE ? CURL_SOCKET_TIMEOUT : fd, mask, &running);
	harvest(pool, multi);
	return code;
}

/* Of a descriptor that is another one's curl takes no notice. */
static void act_alone(struct tc__pool *pool, int fd, int mask)
{
	struct tc__flight *next;

	for (struct tc__flight *flight = pool->alone; flight; flight = next) {
		const struct tc__passenger *passenger = flight->passenger;
		struct tc__own *own = flight->own;
		next = flight->next; /* none ends but this one */
		if (own->stands)
			continue;
		CURLMcode code = act(pool, own->multi, &own->due_ms, fd, mask);
		if (code != CURLM_OK && passenger->flight)
			fail_flight(pool, flight, code == CURLM_OUT_OF_MEMORY);
	}
}

/* ---- what libcurl does not come back to ---- */

#define GUARD_MS 100

static bool have_begun(const struct tc__pool *pool)
{
	const struct tc__flight *flight = pool->flights;

	while (flight && tc__transfer_has_begun(&flight->transfer))
		flight = flight->next;
	return !flight;
}

/*
 * When libcurl 8.22 begins several while no others fly, and has no memory for what it needs with
 * the first, it forgets that one without a word: it has no descriptor and no time. One that waits
 * for a connection looks the same.
 */
static bool may_be_lost(const struct tc__pool *pool)
{
	const struct tc__flight *flight = pool->flights;
	bool begun = true;

	for (size_t i = 0; flight && i < pool->fresh; i++, flight = flight->next)
		begun = begun && tc__transfer_has_begun(&flight->transfer);
	return !flight && !begun;
}

static void look_after_fresh(struct tc__pool *pool)
{
	bool lost = may_be_lost(pool);

	pool->fresh = 0;
	if (!lost)
		return;
	int64_t guard_ms = tc__steady_ms(NULL) + GUARD_MS;
	if (guard_ms < pool->guard_ms)
		pool->guard_ms = guard_ms;
}

/* Not only on what is due. */
static void act_on_all(struct tc__pool *pool)
{
	int running = 0;
	CURLMcode code = curl_multi_socket_all(pool->multi, &running);

	harvest(pool, pool->multi);
	if (code == CURLM_OK)
		pool->curl_due_ms = AT_ONCE; /* it then also watches what it wakes itself by */
	else
		fail_all(pool, code == CURLM_OUT_OF_MEMORY);
}

static void guard(struct tc__pool *pool)
{
	struct tc__flight *next;

	if (!is_due(pool->guard_ms))
		return;
	int64_t now_ms = tc__steady_ms(NULL);
	pool->guard_ms = NEVER;
	for (struct tc__flight *flight = pool->flights; flight; flight = next) {
		next = flight->next;
		CURLcode code = tc__transfer_guard(&flight->transfer, now_ms);
		if (code != CURLE_OK)
			end_flight(pool, flight, code);
	}
	if (!have_begun(pool))
		act_on_all(pool);
}

/* ---- curl's work ---- */

static void act_together(struct tc__pool *pool, int fd, int mask)
{
	if (!pool->multi)
		return;
	CURLMcode code = act(pool, pool->multi, &pool->curl_due_ms, fd, mask);
	if (code != CURLM_OK)
		fail_all(pool, code == CURLM_OUT_OF_MEMORY);
	if (pool->fresh)
		look_after_fresh(pool);
}

void tc__pool_drive(struct tc__pool *pool, int fd, int events)
{
	struct tc__hush hush = { 0 };
	int mask = 0;

	if (events & TC__READ)
		mask |= CURL_CSELECT_IN;
	if (events & TC__WRITE)
		mask |= CURL_CSELECT_OUT;
	if (events & TC__ERROR)
		mask |= CURL_CSELECT_ERR;
	if (pool->secure)
		tc__hush_begin(&hush);
	if (fd == TC__POOL_DUE)
		guard(pool);
	act_alone(pool, fd, mask);
	act_together(pool, fd, mask);
	tc__hush_end(&hush);
}

void tc__pool_resume(struct tc__pool *pool, struct tc__passenger *passenger)
{
	struct tc__flight *flight = passenger->flight;
	struct tc__hush hush = { 0 };

	if (!flight || !passenger->sink || !passenger->sink->paused)
		return;
	passenger->sink->paused = false;
	flight->transfer.moved = TC__NOT_MOVED; /* the pause was no silence */
	if (pool->secure)
		tc__hush_begin(&hush);
	CURLcode code = curl_easy_pause(flight->transfer.easy, CURLPAUSE_CONT);
	/* curl gives what it had kept back, and forgets the transfer when that fails */
	if (code != CURLE_OK)
		end_flight(pool, flight, code);
	tc__hush_end(&hush);
}

/* ---- connections ---- */

int tc__pool_socket(const struct tc__passenger *passenger)
{
	return passenger->flight ? tc__transfer_socket(&passenger->flight->transfer) : -1;
}

/* curl says nothing better of a socket that is closed or broken. */
static int judge_bytes(CURLcode code, const char *what, tc_error *err)
{
	switch (code) {
	case CURLE_OK:
	case CURLE_AGAIN:
		return TC_OK;
	case CURLE_OUT_OF_MEMORY:
		return tc__fail_nomem(err);
	default:
		return tc__fail(err, TC_ERROR_NETWORK, "the connection is broken: %s: %s", what,
			curl_easy_strerror(code));
	}
}

/* One of `to` and `from` is NULL. Over TLS either way may write. */
static int exchange(struct tc__pool *pool, struct tc__passenger *passenger, void *to,
	const void *from, size_t size, size_t *count, tc_error *err)
{
	struct tc__hush hush = { 0 };

	*count = 0;
	if (!passenger->flight)
		return tc__fail(err, TC_ERROR_NETWORK, "the connection is gone");
	CURL *easy = passenger->flight->transfer.easy;
	if (pool->secure)
		tc__hush_begin(&hush);
	CURLcode code = to ? curl_easy_recv(easy, to, size, count)
			   : curl_easy_send(easy, from, size, count);
	tc__hush_end(&hush);
	if (to && code == CURLE_OK && *count == 0)
		return tc__fail(err, TC_ERROR_NETWORK, "the other side has closed the connection");
	return judge_bytes(code, to ? "receiving" : "sending", err);
}

int tc__pool_receive(struct tc__pool *pool, struct tc__passenger *passenger, void *bytes,
	size_t size, size_t *received, tc_error *err)
{
	return exchange(pool, passenger, bytes, NULL, size, received, err);
}

int tc__pool_write(struct tc__pool *pool, struct tc__passenger *passenger, const void *bytes,
	size_t size, size_t *sent, tc_error *err)
{
	return exchange(pool, passenger, NULL, bytes, size, sent, err);
}

/* ---- waiting ---- */

int64_t tc__pool_due_ms(const struct tc__pool *pool)
{
	int64_t due_ms = pool->guard_ms < pool->curl_due_ms ? pool->guard_ms : pool->curl_due_ms;

	for (const struct tc__flight *flight = pool->alone; flight; flight = flight->next)
		if (!flight->own->stands && flight->own->due_ms < due_ms)
			due_ms = flight->own->due_ms;
	return due_ms;
}

int64_t tc__pool_due(const struct tc__pool *pool)
{
	int64_t due_ms = tc__pool_due_ms(pool);

	if (due_ms == NEVER)
		return -1;
	if (due_ms == AT_ONCE)
		return 0;
	int64_t delay = due_ms - tc__steady_ms(NULL);
	return delay < 0 ? 0 : delay;
}

/* Whether something may come that is not of our own making. Transfers that wait for their sinks do
 * not. */
static bool is_under_way(const struct tc__pool *pool)
{
	const struct tc__flight *flight = pool->flights;

	while (flight && flight->passenger->sink && flight->passenger->sink->paused)
		flight = flight->next;
	return flight || pool->alone || pool->watched;
}

static bool may_sleep(const struct tc__pool *pool, int64_t timeout_ms)
{
	return timeout_ms > 0 && pool->seams && pool->seams->sleep && !is_under_way(pool);
}

/* How long to wait in the system's time, at most; curl is due in `due` ms. */
static int64_t real_delay(const struct tc__pool *pool, int64_t due, int64_t timeout_ms)
{
	if (timeout_ms > TC__SLICE_MS && tc__time_is_seamed(pool->seams))
		timeout_ms = TC__SLICE_MS;
	return due >= 0 && (timeout_ms < 0 || due < timeout_ms) ? due : timeout_ms;
}

static int wait_events(struct tc__pool *pool, int64_t timeout_ms,
	struct tc__event events[TC__EVENTS_MAX], size_t *count, tc_error *err)
{
	bool sleeps = may_sleep(pool, timeout_ms);
	int64_t due = tc__pool_due(pool);
	int64_t delay = sleeps ? 0 : real_delay(pool, due, timeout_ms);

	/* curl begins by being due at once: a look at descriptors can wait once, not for ever */
	pool->hurried = !pool->hurried && delay == 0 && due == 0;
	if (pool->hurried)
		return TC_OK;
	int rc = pool->waiter_kind->wait(pool->waiter, delay, events, count, err);
	if (rc == TC_OK && sleeps && *count == 0)
		tc__sleep(pool->seams, timeout_ms);
	return rc;
}

int tc__pool_wait(struct tc__pool *pool, const void *driver, int64_t timeout_ms,
	tc__pool_other *other, void *data, tc_error *err)
{
	struct tc__event events[TC__EVENTS_MAX];
	const void *before = pool->driver;
	size_t count = 0, left = 0;

	int rc = tc__pool_open_waiter(pool, err);
	if (rc == TC_OK)
		rc = wait_events(pool, timeout_ms, events, &count, err);
	if (rc != TC_OK)
		return rc;
	/* first those of others, who only note them: what curl's work calls back may make another
	 * descriptor of one of theirs */
	for (size_t i = 0; i < count; i++)
		if (!other || !other(data, events[i].fd, events[i].events))
			events[left++] = events[i];
	pool->driver = driver;
	for (size_t i = 0; i < left; i++)
		tc__pool_drive(pool, events[i].fd, events[i].events);
	if (tc__pool_due(pool) == 0)
		tc__pool_drive(pool, TC__POOL_DUE, 0);
	pool->driver = before;
	return TC_OK;
}

/* The kernel may have another descriptor in mind that had this number, or none: so it is always
 * taken out first. */
int tc__pool_watch_other(struct tc__pool *pool, int fd, int events, tc_error *err)
{
	pool->waiter_kind->forget(pool->waiter, fd);
	if (!events || pool->waiter_kind->watch(pool->waiter, fd, events) == 0)
		return TC_OK;
	if (errno == ENOMEM)
		return tc__fail_nomem(err);
	return tc__fail(err, TC_ERROR_SYSTEM, "the descriptor %d cannot be watched: %s", fd,
		strerror(errno));
}

int tc__pool_watch_cancel(struct tc__pool *pool, const tc_cancel *cancel, tc_error *err)
{
	if (!cancel)
		return TC_OK;
	int rc = tc__pool_open_waiter(pool, err);
	if (rc != TC_OK)
		return rc;
	if (pool->waiter_kind->watch(pool->waiter, tc__cancel_fd(cancel), TC__READ) == 0)
		return TC_OK;
	return errno == ENOMEM
		? tc__fail_nomem(err)
		: tc__fail(err, TC_ERROR_SYSTEM, "the descriptor of cancel cannot be watched");
}

void tc__pool_forget_cancel(struct tc__pool *pool, const tc_cancel *cancel)
{
	if (cancel && pool->waiter)
		pool->waiter_kind->forget(pool->waiter, tc__cancel_fd(cancel));
}

void tc__pool_leave(struct tc__pool *pool)
{
	struct tc__errand *errand;

	pool->busy = false;
	while ((errand = pool->errands)) {
		pool->errands = errand->next;
		errand->run(errand);
	}
}

int tc__pool_check_free(const struct tc__pool *pool, tc_error *err)
{
	if (!pool->busy)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"its client is busy with the call whose callback this is: use another client here "
		"(tc_client_dup), or a loop");
}

bool tc__pool_defer(struct tc__pool *pool, struct tc__errand *errand)
{
	if (!pool->busy)
		return false;
	errand->next = pool->errands;
	pool->errands = errand;
	return true;
}

struct tc_progress tc__pool_progress(const struct tc__passenger *passenger)
{
	const struct tc__delivery *delivery = passenger->delivery;
	CURL *easy = passenger->flight->transfer.easy;
	curl_off_t sent = 0, received = 0, total = -1;

	curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total);
	return (struct tc_progress){
		.sent = sent,
		.send_total = tc__delivery_length(delivery),
		.received = received,
		.receive_total = total > 0 ? total : -1,
		.call = delivery->call,
		.run = delivery->run,
	};
}
