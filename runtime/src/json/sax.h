/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_SAX_H
#define TC_RUNTIME_SAX_H

/*
 * JSON text as a stream of events: yajl's SAX parser, made strict (RFC 8259) and safe. Both the
 * tc_json tree and the typed codec stand on it.
 *
 * What yajl leaves open is closed here: UTF-8 is checked whole (no overlong forms, no surrogates),
 * lone surrogates in \u escapes are refused (or mended, on demand), so are form feeds between
 * tokens and an unfinished string behind the value; nesting ends at TC_JSON_DEPTH_MAX; and yajl,
 * which crashes when its allocator gives NULL, lives in a private pool that leaves the parse by
 * longjmp instead.
 *
 * A reader is a struct whose FIRST member is a struct tc__sax; its address is what callbacks get:
 *
 *	struct reader {
 *		struct tc__sax sax;
 *		…
 *	};
 *	static int on_number(void *context, const char *text, size_t length)
 *	{
 *		struct reader *reader = context;
 *		if (…)
 *			return tc__sax_stop(&reader->sax, tc__fail_at(reader->sax.err, …));
 *		return 1;
 *	}
 *
 *	tc__sax_open(&reader.sax, &events);
 *	rc = tc__sax_push(&reader.sax, bytes, length, err);      (as often as bytes come)
 *	if (rc == TC_OK)
 *		rc = tc__sax_finish(&reader.sax, err);
 *	tc__sax_close(&reader.sax);                              (always)
 *
 * or, with the whole text at hand, tc__sax_read() for all four.
 */

#include "runtime/src/base/error.h"
#include "runtime/src/json/mend.h"
#include <stdalign.h>
#include <yajl/yajl_parse.h>

/* Every callback must be there. Each returns 1 to go on, or 0 to stop the parse after
 * tc__sax_stop(), tc__sax_fail() or tc__sax_no_memory(). Texts are whole tokens, unescaped, without
 * NUL behind them, valid UTF-8, and end with the callback. Numbers are as written, and well-formed.
 * Types and order of arguments are yajl's, so that it calls most of them directly. */
struct tc__sax_events {
	int (*null)(void *reader);
	int (*boolean)(void *reader, int value);
	int (*number)(void *reader, const char *text, size_t length);
	int (*string)(void *reader, const unsigned char *text, size_t length);
	int (*start_object)(void *reader);
	int (*name)(void *reader, const unsigned char *text, size_t length);
	int (*end_object)(void *reader);
	int (*start_array)(void *reader);
	int (*end_array)(void *reader);
};

/* Where the text has come to: offsets and columns count bytes. */
struct tc__sax_place {
	size_t offset;     /* from the beginning of the text */
	size_t line;       /* from 1 */
	size_t line_begin; /* offset of the line's first byte */
};

/* What is checked of the raw bytes in front of yajl, over the ends of pushes. */
struct tc__sax_check {
	struct tc__sax_place place;
	size_t began;             /* offset of the character or escape that is not whole yet */
	unsigned rest;            /* bytes of a UTF-8 character that must follow, */
	unsigned char low, high;  /* the next of them within these */
	unsigned char escape;     /* how many bytes of an escape are read; 0: none open */
	unsigned short unit;      /* of a \u escape, as far as it is read */
	bool nul;                 /* one of them was 0 */
	unsigned short surrogate; /* the high one that a low one must follow; 0: none */
	const char *wrong;        /* what is wrong at `began`, or NULL */
};

/* Enough that a text without very long tokens needs no malloc. */
#define TC__SAX_POOL 5632

struct tc__sax {
	tc_error
		*err; /* for callbacks: where the running push or finish wants its error; or NULL */
	size_t depth; /* of objects and arrays open: in a start callback with that one, in an end
		       * callback without it */
	bool nul;     /* \u0000 has come: texts may contain it. Else none does */
	bool mends;   /* set it behind tc__sax_open: halves of surrogate pairs become U+FFFD */

	/* private from here; the pool is never cleared, so do not set the struct to {0} */
	int rc;
	bool ending; /* all bytes are read */
	const struct tc__sax_events *events;
	yajl_callbacks callbacks;
	yajl_alloc_funcs memory;
	yajl_handle yajl;
	struct tc__mend mend;
	struct tc__sax_check check;
	const char *piece;         /* what yajl reads now, */
	size_t piece_length;       /* its length, */
	struct tc__sax_place from; /* and where it begins */
	char *held;                /* bytes kept back until a string ends in them */
	size_t held_length, held_capacity;
	struct tc__sax_block *blocks; /* what the pool has from malloc */
	void *escape;                 /* where to when memory ends: a jmp_buf */
	size_t pool_used;
	alignas(max_align_t) unsigned char pool[TC__SAX_POOL];
};

/* Begins a text. Cannot fail, and allocates nothing. The struct must not move until it is closed;
 * `events` must live as long. */
void tc__sax_open(struct tc__sax *sax, const struct tc__sax_events *events);

/* The next bytes. Callbacks run now or in a later push, whenever their token is whole. After a
 * failure nothing but tc__sax_close may follow. Errors: TC_ERROR_INPUT with line and column,
 * TC_ERROR_NOMEM, or what a callback stopped with. */
int tc__sax_push(struct tc__sax *sax, const char *bytes, size_t length, tc_error *err);

/* The text ends here: refused when its value is not whole. */
int tc__sax_finish(struct tc__sax *sax, tc_error *err);

/* Frees what the parse held. Fine at any time after tc__sax_open, and twice. */
void tc__sax_close(struct tc__sax *sax);

/* open, push, finish and close for a whole text, which is not copied. */
int tc__sax_read(struct tc__sax *sax, const struct tc__sax_events *events, bool mends,
	const char *text, size_t length, tc_error *err);

/* In a callback: stops the parse with this code, whose error is already in sax->err. Returns 0 for
 * the callback to return. */
static inline int tc__sax_stop(struct tc__sax *sax, int rc)
{
	sax->rc = rc;
	return 0;
}

/* In a callback: stops with TC_ERROR_NOMEM. Returns 0. */
int tc__sax_no_memory(struct tc__sax *sax);

/* In a callback: stops with TC_ERROR_INPUT, whose message begins with the line and column of the
 * token that the callback is about. Returns 0. */
TC_PRINTF(2, 3) int tc__sax_fail(struct tc__sax *sax, const char *format, ...);

#endif
