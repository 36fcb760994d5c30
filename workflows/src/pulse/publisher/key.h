/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_PULSE_KEY_H
#define TC_WORKFLOWS_PULSE_KEY_H

/* Routing keys of messages that are published, by the table of their exchange. Of that only
 * `exchange`, `words` and `word_count` are looked at. */

#include <taskcluster/binding.h>

#define TC__KEY_MAX 255 /* bytes, by AMQP */

/* The key of words that are given by name in any order. Constants are filled in, what is not named
 * is "_". TC_ERROR_ARGUMENT names the word that is unknown, given twice, missing though it is
 * required, or has a value that no word has. */
int tc__key_make(const struct tc_exchange *exchange, const struct tc_pair *words, size_t count,
	char key[TC__KEY_MAX + 1], tc_error *err);

/*
 * A key that is there already. TC_ERROR_ARGUMENT: too long; control bytes; a word that is a
 * wildcard; and, where the table has words, another number of them, another word than a constant,
 * or none where one is required. (With several that may have dots, what lies between the first and
 * the last of these is only counted.)
 */
int tc__key_check(const struct tc_exchange *exchange, const char *key, tc_error *err);

#endif
