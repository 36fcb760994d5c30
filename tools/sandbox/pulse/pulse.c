/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/pulse/pulse.h"

#include "runtime/src/base/error.h"
#include "tools/sandbox/pulse/publisher.h"

#include <stdlib.h>
#include <string.h>
#include <taskcluster/registry.h>

#define NEVER INT64_MAX
#define REMOVE_MS 200 /* confirmations are gathered so long */
#define FULL_MS 5     /* the publisher makes room meanwhile */
#define EXCHANGES_MAX 64

struct pulse {
	struct publisher *publisher;
	const char *exchanges[EXCHANGES_MAX]; /* from the tables; ends with NULL */
	int64_t handed, removed;              /* the last in the outbox that were */
	int64_t remove_ms;                    /* when to look at the confirmations next */
	bool more;                            /* the outbox holds some that were not handed on */
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
	size_t count = 0;
	const struct tc_service *const *all = tc_services(&services);

	for (size_t i = 0; i < services; i++) {
		if (!publishes(all[i]->name))
			continue;
		for (size_t k = 0; k < all[i]->exchange_count && count < EXCHANGES_MAX - 1; k++)
			pulse->exchanges[count++] = all[i]->exchanges[k].exchange;
	}
}

int pulse_start(struct sandbox *sandbox, tc_error *err)
{
	if (!sandbox->options.pulse)
		return TC_OK;
	sandbox->pulse = calloc(1, sizeof *sandbox->pulse);
	if (!sandbox->pulse)
		return tc__fail_nomem(err);
	list_exchanges(sandbox->pulse);
	sandbox->pulse->publisher =
		publisher_start(sandbox->options.pulse, sandbox->pulse->exchanges, err);
	sandbox->pulse->more = true; /* what an earlier run left */
	return sandbox->pulse->publisher ? TC_OK : TC_ERROR_ARGUMENT;
}

void pulse_post(struct sandbox *sandbox, const char *exchange, const char *routing_key,
	const char *cc, const char *body)
{
	store_run(sandbox->store,
		"INSERT INTO outbox (exchange, routing_key, cc, body) VALUES (?, ?, ?, ?)", "tttt",
		exchange, routing_key, cc, body);
	sandbox->pulse->more = true;
}

static void remove_confirmed(struct sandbox *sandbox)
{
	struct pulse *pulse = sandbox->pulse;
	int64_t confirmed = publisher_confirmed(pulse->publisher);

	if (confirmed <= pulse->removed)
		return;
	store_begin(sandbox->store);
	store_run(sandbox->store, "DELETE FROM outbox WHERE seq <= ?", "i", confirmed);
	if (store_commit(sandbox->store))
		pulse->removed = confirmed;
}

/* As much as the publisher takes now. */
static void hand_on(struct sandbox *sandbox)
{
	struct pulse *pulse = sandbox->pulse;
	size_t room = publisher_room(pulse->publisher);
	size_t count = 0;

	if (!pulse->more || !room)
		return;
	struct row *row = store_query(sandbox->store,
		"SELECT seq, exchange, routing_key, cc, body FROM outbox WHERE seq > ? ORDER BY "
		"seq LIMIT ?",
		"ii", pulse->handed, (int64_t)room);

	while (store_next(row)) {
		struct publication publication = { store_int(row, 0), store_text(row, 1),
			store_text(row, 2), store_text(row, 3), store_text(row, 4) };
		if (!publisher_give(pulse->publisher, &publication))
			break;
		pulse->handed = publication.seq;
		count++;
	}
	store_end(sandbox->store, row);
	pulse->more = count == room;
}

int64_t pulse_run(struct sandbox *sandbox, int64_t now_ms)
{
	struct pulse *pulse = sandbox->pulse;

	if (!pulse)
		return NEVER;
	if (now_ms >= pulse->remove_ms) {
		remove_confirmed(sandbox);
		pulse->remove_ms = now_ms + REMOVE_MS;
	}
	hand_on(sandbox);
	if (pulse->more)
		return FULL_MS;
	return pulse->removed < pulse->handed ? REMOVE_MS : NEVER;
}

void pulse_stop(struct sandbox *sandbox)
{
	struct pulse *pulse = sandbox->pulse;

	if (!pulse)
		return;
	if (pulse->publisher) {
		hand_on(sandbox);
		publisher_settle(pulse->publisher);
		remove_confirmed(sandbox);
	}
	publisher_stop(pulse->publisher);
	free(pulse);
	sandbox->pulse = NULL;
}
