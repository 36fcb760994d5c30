/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_CHANGE_H
#define TC_CLI_DIFFERENCES_CHANGE_H

/* What is different between two references: one change at a time, in words, and whom it breaks. */

#include <stdbool.h>

enum breaks {
	BREAKS_NONE = 0, /* what worked works on */
	BREAKS_CALLERS,  /* a call that was taken may be refused, or go elsewhere */
	BREAKS_READERS   /* who reads replies or messages may get what was never promised, or lack
			    what was */
};

struct change {
	const char *service;
	const char *kind;     /* "service", "function", "route", "input", "message", … */
	const char *function; /* that it is of, or NULL */
	const char *exchange; /* the same */
	const char *place;    /* a JSON pointer into the schema; NULL: of no schema */
	enum breaks breaks;
	const char *words;
};

/* Who is told of them. All texts are borrowed, for the call. */
struct change_sink {
	void (*found)(void *data, const struct change *change);
	void *data;
	bool failed; /* memory ended: some were not told */
};

/* Tells a change with words of printf, which stand in for those of *change. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void change_tell(struct change_sink *sink, const struct change *change, const char *format, ...);

#endif
