/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TEXT_COLORED_H
#define TC_CLI_TEXT_COLORED_H

/*
 * Logs on terminals: their colours, and nothing else that terminals obey. Bytes come in pieces that
 * may end anywhere, within a sequence or a character as well.
 *
 * What passes: characters of UTF-8, tabs, line feeds, carriage returns (a bar of progress draws its
 * own line anew, and can reach no other), and those of the sequences SGR (CSI … m) that colour,
 * underline and the like: not those that hide a text, or change a console's font and with it what
 * its controls mean. Other escape sequences vanish: those that move the cursor and clear, titles,
 * links, and all that is between the begin and the end of a control string, which goes no further
 * than its line. Each other control, and what else steers (plain.h), is a space, and each byte
 * that belongs to no character a question mark.
 */

#include <stdbool.h>
#include <stddef.h>

enum colored_state {
	COLORED_TEXT = 0,
	COLORED_CHARACTER, /* within one of several bytes */
	COLORED_ESCAPE,    /* behind ESC */
	COLORED_SHORT,     /* behind ESC and an intermediate: one more byte ends it */
	COLORED_CSI,
	COLORED_STRING /* behind ESC and one of ] P X ^ _ */
};

/* More of a sequence is no colour. */
#define COLORED_HELD_MAX 64

/* Begin with zeros, and `plain` for no colours either. */
struct colored {
	bool plain;
	bool lit;     /* colours may be on */
	bool in_line; /* the cursor is behind a part of a line */
	enum colored_state state;
	char held[COLORED_HELD_MAX]; /* what is not decided yet, with its beginning */
	size_t held_length;
	size_t wanted; /* bytes of the character in `held` */
};

/* The bytes that come out beyond those that go in, at most. */
#define COLORED_MORE COLORED_HELD_MAX

/* Filters a piece into `out`, which has room for its length and COLORED_MORE; the bytes there. */
size_t colored_filter(struct colored *colored, const char *bytes, size_t length, char *out);

/* The end, or a break: what is not whole is dropped, colours are ended, and so is the line. Into
 * `out`, which has room for COLORED_MORE; the bytes there. */
size_t colored_end(struct colored *colored, char *out);

#endif
