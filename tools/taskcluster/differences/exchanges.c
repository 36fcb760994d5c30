/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/services.h"

#include <string.h>

/* Both sides of an exchange. */
struct exchanges {
	const struct pair *pair;
	const struct tc_exchange *older, *newer;
};

static struct change change_of(
	const struct tc_exchange *exchange, const char *kind, enum breaks breaks)
{
	return (struct change){ .service = exchange->service->name,
		.kind = kind,
		.exchange = exchange->name,
		.breaks = breaks };
}

static void compare_name(const struct exchanges *both)
{
	struct change change = change_of(both->older, "exchange", BREAKS_READERS);

	if (strcmp(both->older->exchange, both->newer->exchange) != 0)
		change_tell(both->pair->sink, &change, "is called %s; it was %s",
			both->newer->exchange, both->older->exchange);
}

static bool same_constant(const char *older, const char *newer)
{
	return older && newer ? strcmp(older, newer) == 0 : older == newer;
}

/* A listener's pattern stands on what is at each place of the key. */
static void compare_word(const struct exchanges *both, uint8_t position)
{
	const struct tc_key_word *older = &both->older->words[position];
	const struct tc_key_word *newer = &both->newer->words[position];
	struct change_sink *sink = both->pair->sink;
	struct change breaking = change_of(both->older, "routing-key", BREAKS_READERS);
	struct change fine = change_of(both->older, "routing-key", BREAKS_NONE);

	if (strcmp(older->name, newer->name) != 0) {
		change_tell(sink, &breaking, "word %d is %s; it was %s", position + 1, newer->name,
			older->name);
		return;
	}
	if (!same_constant(older->constant, newer->constant))
		change_tell(sink, &breaking, "%s is %s; it was %s", newer->name,
			newer->constant ? newer->constant : "anything",
			older->constant ? older->constant : "anything");
	if (older->required != newer->required)
		change_tell(sink, newer->required ? &fine : &breaking,
			newer->required ? "%s is always set now" : "%s may be _ now", newer->name);
	if (older->multiple_words != newer->multiple_words)
		change_tell(sink, newer->multiple_words ? &breaking : &fine,
			newer->multiple_words ? "%s may be several words now"
					      : "%s is one word now",
			newer->name);
}

static void compare_key(const struct exchanges *both)
{
	uint8_t was = both->older->word_count, is = both->newer->word_count;
	struct change change = change_of(both->older, "routing-key", BREAKS_READERS);

	for (uint8_t i = 0; i < was && i < is; i++)
		compare_word(both, i);
	if (was != is)
		change_tell(both->pair->sink, &change, "has %u words; it had %u", is, was);
}

static void compare_exchange(const struct exchanges *both)
{
	struct change message = change_of(both->older, "message", BREAKS_READERS);

	compare_name(both);
	compare_key(both);
	pair_compare_schemas(both->pair,
		tc_references_exchange_schema(both->pair->older, both->older),
		tc_references_exchange_schema(both->pair->newer, both->newer), true, &message);
}

void exchanges_compare(
	const struct pair *pair, const struct tc_service *older, const struct tc_service *newer)
{
	for (size_t i = 0; i < older->exchange_count; i++) {
		struct exchanges both = { pair, &older->exchanges[i],
			tc_references_find_exchange(
				pair->newer, newer->name, older->exchanges[i].name) };
		struct change gone = change_of(both.older, "exchange", BREAKS_READERS);
		if (both.newer)
			compare_exchange(&both);
		else
			change_tell(pair->sink, &gone, "is gone");
	}
	for (size_t i = 0; i < newer->exchange_count; i++) {
		const struct tc_exchange *exchange = &newer->exchanges[i];
		struct change added = change_of(exchange, "exchange", BREAKS_NONE);
		if (!tc_references_find_exchange(pair->older, older->name, exchange->name))
			change_tell(pair->sink, &added, "is new: %s", exchange->exchange);
	}
}
