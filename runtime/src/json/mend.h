/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_JSON_MEND_H
#define TC_RUNTIME_JSON_MEND_H

/*
 * Halves of surrogate pairs in JSON text. The grammar allows \ud83d alone, and those write it who
 * cut strings between UTF-16 units, or keep bytes that are no text so (Python does both), but no
 * UTF-8 can say it. In front of the reader each half becomes \ufffd, the replacement character, of
 * the same length. All else stays as it is, malformed or not: the reader refuses it.
 */

#include <stdbool.h>
#include <stddef.h>

#define TC__MEND_PAIR 12 /* bytes of \ud83d\ude00 */

/* Between two pieces of a text; starts as {0}. */
struct tc__mend {
	char held[TC__MEND_PAIR]; /* an escape that is not whole yet, */
	size_t count;             /* and its length */
	char given[TC__MEND_PAIR];
};

/* The next piece that the reader is to have; takes what it is made of off the front of the input.
 * Valid until the next call. false: the input is used up, and an escape at its end is held. */
bool tc__mend_next(struct tc__mend *mend, const char **bytes, size_t *length, const char **piece,
	size_t *piece_length);

#endif
