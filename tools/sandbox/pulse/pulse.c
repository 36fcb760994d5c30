/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/pulse/pulse.h"

#include "runtime/src/base/error.h"
#include "tools/sandbox/pulse/trouble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/pulse_publisher.h>
#include <taskcluster/registry.h>
#include <time.h>

#define NEVER INT64_MAX
#define REMOVE_MS 200  /* confirmations are gathered so long */
#define FULL_MS 5      /* the publisher makes room meanwhile */
#define AGAIN_MS 500   /* between two attempts to reach the broker */
#define SETTLE_MS 3000 /* at the end */
#define ROOM 1000      /* messages that are with the publisher */
#define EXCHANGES_MAX 64
#define CC_MAX 256

enum slot_state { FREE = 0, PENDING, CONFIRMED, REFUSED };

/* A message of the outbox that the publisher was given. */
struct slot {
	struct pulse *pulse;
	int64_t seq; /* in the outbox */
	enum slot_state state;
};

struct pulse {
	tc_loop *loop;
	tc_pulse_publisher *publisher; /* NULL: it has ended, and another one is to be made */
	const char *url;
	const struct tc_exchange *exchanges[EXCHANGES_MAX];
	size_t exchange_count;
	struct slot slots[ROOM];
	size_t pending, settled; /* slots: PENDING; CONFIRMED or REFUSED */
	int64_t handed;          /* all of the outbox up to this is with the publisher */
	int64_t remove_ms;       /* when to look at the settled ones next */
	int64_t again_ms;        /* when to make another publisher */
	bool more;               /* the outbox holds some that were not handed on */
	bool connected;
	tc_error refusal; /* of the first refused one */
	struct trouble trouble;
};

static bool publishes(const char *service)
{
	static const char *const names[] = { "queue", "auth", "hooks", "notify", "worker-manager" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(names[i], service) == 0)
			return true;
	}
	return false;
}

/* The exchanges of the services that the sandbox has. */
static void list_exchanges(struct pulse *pulse)
{
	size_t services;
	const struct tc_service *const *all = tc_services(&services);

	for (size_t i = 0; i < services; i++) {
		if (!publishes(all[i]->name))
			continue;
		for (size_t k = 0; k < all[i]->exchange_count; k++) {
			if (pulse->exchange_count < EXCHANGES_MAX)
				pulse->exchanges[pulse->exchange_count++] = &all[i]->exchanges[k];
		}
	}
}

/* The URL holds a password, and no error has it. */
static void complain(struct pulse *pulse, const tc_error *err, const char *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (trouble_is_due(&pulse->trouble, tc_error_text(err), now.tv_sec))
		fprintf(stderr, "taskcluster-sandbox: pulse: %s; %s\n", tc_error_text(err), then);
}

/* ---- the publisher ---- */

static void on_change(void *data, enum tc_pulse_change change, const tc_error *err)
{
	struct pulse *pulse = data;

	if (change == TC_PULSE_CONNECTED || change == TC_PULSE_LOST)
		pulse->connected = change == TC_PULSE_CONNECTED;
	if (err)
		complain(pulse, err, "trying again");
}

/* Only noted down, as it may be one of all those that the publisher's own end lets go. */
static void on_published(void *data, uint64_t number, const tc_error *err)
{
	struct slot *slot = data;
	struct pulse *pulse = slot->pulse;

	(void)number;
	slot->state = err ? REFUSED : CONFIRMED;
	pulse->pending--;
	pulse->settled++;
	if (err && !pulse->refusal.code)
		tc_error_copy(&pulse->refusal, err);
}

/* The broker may think otherwise later, so all is begun again: what it has not confirmed is in the
 * outbox. */
static void on_ended(void *data, const tc_error *err)
{
	struct pulse *pulse = data;

	tc_pulse_publisher_free(pulse->publisher);
	pulse->publisher = NULL;
	pulse->connected = false;
	tc_error_clear(&pulse->refusal);
	for (size_t i = 0; i < ROOM; i++) {
		if (pulse->slots[i].state != REFUSED)
			continue;
		pulse->slots[i].state = FREE;
		pulse->settled--;
	}
	pulse->handed = 0;
	pulse->more = true;
	if (err)
		complain(pulse, err, "trying again");
}

static int publish_to(struct pulse *pulse, tc_error *err)
{
	struct tc_pulse_server server = TC_PULSE_SERVER_INIT;
	struct tc_pulse_publisher_options options = TC_PULSE_PUBLISHER_OPTIONS_INIT;

	server.url = pulse->url;
	if (getenv("PULSE_USERNAME"))
		server.login = tc_pulse_environment_login;
	server.ca_file = getenv("SSL_CERT_FILE");
	server.ca_folder = getenv("SSL_CERT_DIR");
	server.reconnect_ms = AGAIN_MS;
	options.server = &server;
	options.exchanges = pulse->exchanges;
	options.exchange_count = pulse->exchange_count;
	options.pending_max = ROOM;
	options.changed = on_change;
	options.ended = on_ended;
	options.data = pulse;
	pulse->publisher = tc_pulse_publisher_new(pulse->loop, &options, err);
	return pulse->publisher ? TC_OK : (int)err->code;
}

static void begin_again(struct pulse *pulse, int64_t now_ms)
{
	tc_error err = TC_ERROR_INIT;

	if (pulse->publisher || now_ms < pulse->again_ms)
		return;
	pulse->again_ms = now_ms + AGAIN_MS;
	if (publish_to(pulse, &err) != TC_OK)
		complain(pulse, &err, "trying again");
	tc_error_clear(&err);
}

int pulse_start(struct sandbox *sandbox, tc_error *err)
{
	if (!sandbox->options.pulse)
		return TC_OK;
	struct pulse *pulse = sandbox->pulse = calloc(1, sizeof *pulse);
	if (!pulse)
		return tc__fail_nomem(err);
	for (size_t i = 0; i < ROOM; i++)
		pulse->slots[i].pulse = pulse;
	list_exchanges(pulse);
	pulse->url = sandbox->options.pulse;
	pulse->more = true; /* what an earlier run left */
	pulse->loop = sandbox->loop = tc_loop_new(NULL, err);
	if (!pulse->loop)
		return (int)err->code;
	int rc = publish_to(pulse, err);
	if (rc != TC_OK)
		tc_error_prefix(err, "--pulse");
	return rc;
}

/* ---- the outbox ---- */

void pulse_post(struct sandbox *sandbox, const char *exchange, const char *routing_key,
	const char *cc, const char *body)
{
	store_run(sandbox->store,
		"INSERT INTO outbox (exchange, routing_key, cc, body) VALUES (?, ?, ?, ?)", "tttt",
		exchange, routing_key, cc, body);
	sandbox->pulse->more = true;
}

/* One that the broker refuses it would refuse for ever. */
static void remove_settled(struct sandbox *sandbox)
{
	struct pulse *pulse = sandbox->pulse;

	if (!pulse->settled)
		return;
	if (pulse->refusal.code)
		complain(pulse, &pulse->refusal, "the message is dropped");
	tc_error_clear(&pulse->refusal);
	store_begin(sandbox->store);
	for (size_t i = 0; i < ROOM; i++) {
		if (pulse->slots[i].state >= CONFIRMED)
			store_run(sandbox->store, "DELETE FROM outbox WHERE seq = ?", "i",
				pulse->slots[i].seq);
	}
	if (!store_commit(sandbox->store))
		return;
	for (size_t i = 0; i < ROOM; i++) {
		if (pulse->slots[i].state >= CONFIRMED)
			pulse->slots[i].state = FREE;
	}
	pulse->settled = 0;
}

static struct slot *find_slot(struct pulse *pulse)
{
	for (size_t i = 0; i < ROOM; i++) {
		if (pulse->slots[i].state == FREE)
			return &pulse->slots[i];
	}
	return NULL;
}

/* The texts of a list in which each is ended by a line feed, which it loses; what does not fit is
 * left out, as the queue allows fewer routes. */
static size_t split(char *list, const char *texts[CC_MAX])
{
	size_t count = 0;
	char *end;

	for (; count < CC_MAX && (end = strchr(list, '\n')); list = end + 1) {
		*end = '\0';
		texts[count++] = list;
	}
	return count;
}

/* False: not now. */
static bool hand_message(struct pulse *pulse, struct row *row, char *cc)
{
	struct tc_pulse_publication message = TC_PULSE_PUBLICATION_INIT;
	struct slot *slot = find_slot(pulse);
	const char *keys[CC_MAX];
	tc_error err = TC_ERROR_INIT;

	message.exchange = store_text(row, 1);
	message.routing_key = store_text(row, 2);
	message.cc = keys;
	message.cc_count = split(cc, keys);
	message.body = store_text(row, 4);
	message.published = on_published;
	message.data = slot;
	slot->seq = store_int(row, 0);
	slot->state = PENDING;
	pulse->pending++;
	int rc = tc_pulse_publish(pulse->publisher, &message, NULL, &err);
	if (rc == TC_ERROR_ARGUMENT || rc == TC_ERROR_INPUT) {
		on_published(slot, 0, &err); /* it would be refused for ever */
		rc = TC_OK;
	} else if (rc != TC_OK) {
		slot->state = FREE;
		pulse->pending--;
	}
	tc_error_clear(&err);
	return rc == TC_OK;
}

/* As much as the publisher takes now. */
static void hand_on(struct sandbox *sandbox)
{
	struct pulse *pulse = sandbox->pulse;
	size_t room = ROOM - pulse->pending - pulse->settled;
	size_t count = 0;
	bool taken = true;

	if (!pulse->more || !room || !pulse->publisher)
		return;
	struct row *row = store_query(sandbox->store,
		"SELECT seq, exchange, routing_key, cc, body FROM outbox WHERE seq > ? ORDER BY "
		"seq LIMIT ?",
		"ii", pulse->handed, (int64_t)room);

	while (taken && store_next(row)) {
		char *cc = strdup(store_text(row, 3));
		taken = cc && hand_message(pulse, row, cc);
		free(cc);
		if (!taken)
			break;
		pulse->handed = store_int(row, 0);
		count++;
	}
	store_end(sandbox->store, row);
	pulse->more = !taken || count == room;
}

int64_t pulse_run(struct sandbox *sandbox, int64_t now_ms)
{
	struct pulse *pulse = sandbox->pulse;

	if (!pulse)
		return NEVER;
	if (now_ms >= pulse->remove_ms || !pulse->publisher) {
		remove_settled(sandbox);
		pulse->remove_ms = now_ms + REMOVE_MS;
	}
	begin_again(pulse, now_ms);
	hand_on(sandbox);
	if (!pulse->publisher)
		return AGAIN_MS;
	if (pulse->more)
		return pulse->connected ? FULL_MS : REMOVE_MS;
	return pulse->settled ? REMOVE_MS : NEVER;
}

/* ---- the end ---- */

static void on_time(void *data, uint64_t timer)
{
	(void)timer;
	*(bool *)data = true;
}

/* Waits a little for confirmations that are under way. */
static void settle(struct pulse *pulse)
{
	bool over = false;

	if (tc_loop_timer(pulse->loop, SETTLE_MS, on_time, &over, NULL, NULL) != TC_OK)
		return;
	tc_pulse_publisher_stop(pulse->publisher);
	while (!over && pulse->publisher && pulse->connected)
		if (tc_loop_poll(pulse->loop, -1, NULL) != TC_OK)
			return;
}

void pulse_stop(struct sandbox *sandbox)
{
	struct pulse *pulse = sandbox->pulse;

	if (!pulse)
		return;
	if (pulse->publisher && pulse->connected) {
		hand_on(sandbox);
		settle(pulse);
	}
	remove_settled(sandbox);
	tc_pulse_publisher_free(pulse->publisher);
	tc_error_clear(&pulse->refusal);
	tc_loop_free(pulse->loop);
	free(pulse);
	sandbox->pulse = NULL;
	sandbox->loop = NULL;
}
