/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_TOPIC_H
#define TC_CLI_SHARED_TOPIC_H

/* Which messages are meant: <service> <exchange> [key=value…], word by word. Each function returns
 * 0, or STATUS_USAGE after telling what is wrong. */

#include <taskcluster/binding.h>

/* All but `pairs`, which has room for every word that may come, begins with zeros. */
struct topic {
	const struct tc_service *service;
	const struct tc_exchange *exchange;
	struct tc_pair *pairs; /* borrows the words */
	size_t count;
	const char *pattern; /* a ready-made one, in place of pairs; or NULL */
};

/* Takes a word of the command line, and splits it where it is key=value. Exchanges go by the
 * references' name (taskCompleted) or the broker's: task-completed, or the whole of it. */
int topic_word(struct topic *topic, char *word);

/* What a queue is bound to for it. */
int topic_binding(const struct topic *topic, struct tc_binding *binding);

#endif
