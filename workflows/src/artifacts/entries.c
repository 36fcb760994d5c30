/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/artifacts/entries.h"

#include "workflows/src/base/text.h"
#include "workflows/src/disk/place.h"
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define LIVE_LOG "live.log"

/* ---- which ---- */

static bool matches(const char *name, const char *const *patterns)
{
	if (!patterns)
		return true;
	for (; *patterns; patterns++)
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	return false;
}

static bool is(const char *text, const char *other)
{
	return text && strcmp(text, other) == 0;
}

static bool is_live_log(const struct tc_queue_artifact_response *artifact)
{
	const char *part = strrchr(artifact->name, '/');

	return is(artifact->storage_type, "reference") &&
		strcmp(part ? part + 1 : artifact->name, LIVE_LOG) == 0;
}

static const char *why_left_out(const struct tc_queue_artifact_response *artifact, bool live)
{
	if (is(artifact->storage_type, "error"))
		return "the worker recorded an error instead of it";
	if (live && is_live_log(artifact))
		return "its run goes on, so that this log has no end";
	return NULL;
}

static bool make_room(struct tc__entries *entries)
{
	size_t room = entries->room ? 2 * entries->room : 64;

	if (entries->count < entries->room)
		return true;
	struct tc__entry *list = realloc(entries->list, room * sizeof *list);
	if (!list)
		return false;
	entries->list = list;
	entries->room = room;
	return true;
}

static int add(struct tc__entries *entries, const struct tc_queue_artifact_response *artifact,
	bool live, tc_error *err)
{
	if (!make_room(entries))
		return tc__no_memory(err);
	struct tc__entry *entry = &entries->list[entries->count];
	*entry = (struct tc__entry){ .is_link = is(artifact->storage_type, "link"),
		.left_out = why_left_out(artifact, live) };
	int rc = tc__text_copy(&entry->name, artifact->name, err);
	entries->count += rc == TC_OK;
	return rc;
}

int tc__entries_add(struct tc__entries *entries,
	const struct tc_queue_list_artifacts_response *page, const char *const *patterns, bool live,
	tc_error *err)
{
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < page->artifacts_count; i++) {
		const struct tc_queue_artifact_response *artifact = &page->artifacts[i];
		if (artifact->name && matches(artifact->name, patterns))
			rc = add(entries, artifact, live, err);
	}
	return rc;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct tc__entry *)a)->name, ((const struct tc__entry *)b)->name);
}

void tc__entries_sort(struct tc__entries *entries)
{
	if (entries->count)
		qsort(entries->list, entries->count, sizeof *entries->list, compare);
}

/* ---- whether they can ---- */

/* One that is wanted by the first so many characters of a name. */
static const struct tc__entry *find_wanted(
	const struct tc__entries *entries, const char *name, size_t length)
{
	size_t low = 0, high = entries->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct tc__entry *entry = &entries->list[middle];
		int order = strncmp(entry->name, name, length);
		if (order == 0 && !entry->name[length])
			return entry->left_out ? NULL : entry;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int tc__entries_check(
	const struct tc__entries *entries, const struct tc__entry *entry, tc_error *err)
{
	int rc = tc__place_check_below(entry->name, err);
	if (rc != TC_OK)
		return rc;
	for (const char *slash = strchr(entry->name, '/'); slash; slash = strchr(slash + 1, '/')) {
		const struct tc__entry *other =
			find_wanted(entries, entry->name, (size_t)(slash - entry->name));
		if (other)
			return tc_error_set(err, TC_ERROR_INPUT,
				"it would lie in a folder %s, which is an artifact as well",
				other->name);
	}
	return TC_OK;
}

/* ---- what is there already ---- */

/* As much of a URL as tells what is there: what storage signs changes, what is referred to is told
 * by all of it. */
static size_t place_length(const char *url, bool with_query)
{
	return strcspn(url, with_query ? "#" : "?#");
}

int tc__entry_set_place(struct tc__entry *entry, const char *url, bool with_query, tc_error *err)
{
	free(entry->place);
	entry->place = strndup(url, place_length(url, with_query));
	return entry->place ? TC_OK : tc__no_memory(err);
}

const struct tc__entry *tc__entries_find_place(
	const struct tc__entries *entries, const char *url, bool with_query)
{
	size_t length = place_length(url, with_query);

	for (size_t i = 0; i < entries->count; i++) {
		const struct tc__entry *entry = &entries->list[i];
		if (entry->is_saved && entry->place && strncmp(entry->place, url, length) == 0 &&
			!entry->place[length])
			return entry;
	}
	return NULL;
}

void tc__entries_clear(struct tc__entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		free(entries->list[i].name);
		free(entries->list[i].place);
	}
	free(entries->list);
	*entries = (struct tc__entries){ 0 };
}
