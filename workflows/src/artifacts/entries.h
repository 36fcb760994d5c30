/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_ENTRIES_H
#define TC_WORKFLOWS_ENTRIES_H

/* The artifacts of a run that are to be files below a folder: which of them, and whether they can.
 */

#include <stdbool.h>
#include <stddef.h>
#include <taskcluster/queue.h>

struct tc__entry {
	char *name;
	bool is_link;
	bool is_saved;
	const char *left_out; /* why it is not wanted; NULL: it is. A constant */
	char *place;          /* where its bytes were, once it is saved: a URL */
	int64_t length;       /* and what they were */
	char sha256[65];
	bool verified;
};

/* {0}: none. */
struct tc__entries {
	struct tc__entry *list;
	size_t count, room;
};

/* Adds those of a page whose names one of the patterns matches (NULL: all). With `live` those of
 * a run's live log are left out. */
int tc__entries_add(struct tc__entries *entries,
	const struct tc_queue_list_artifacts_response *page, const char *const *patterns, bool live,
	tc_error *err);

/* By name: the order in which they are looked for. */
void tc__entries_sort(struct tc__entries *entries);

/* Whether it can be a file below a folder, beside those others that are wanted. */
int tc__entries_check(
	const struct tc__entries *entries, const struct tc__entry *entry, tc_error *err);

/* Where its bytes are: the URL, without the query where that is only a signature. */
int tc__entry_set_place(struct tc__entry *entry, const char *url, bool with_query, tc_error *err);

/* Another one whose bytes were at this URL, and that is saved; NULL: none. */
const struct tc__entry *tc__entries_find_place(
	const struct tc__entries *entries, const char *url, bool with_query);

void tc__entries_clear(struct tc__entries *entries);

#endif
