/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_MEMORY_H
#define TC_RUNTIME_MEMORY_H

/*
 * Memory that tc_release() takes back. In front of every pointer that the library gives away lies
 * a header that says how it ends. There are three kinds: a single block (tc__object_*), an object
 * that owns an arena with all that hangs from it (tc__arena_object), and a handle, which decides
 * itself whether it ends (tc__handle_*).
 */

#include <taskcluster/base.h>

/* A zeroed block for tc_release(); NULL when memory ends. */
void *tc__object_alloc(size_t size);

/* The same block at another size, possibly moved; NULL (and the old one intact) when memory ends.
 * Bytes beyond the old size are not set. NULL for `object` allocates. */
void *tc__object_realloc(void *object, size_t size);

/* A block whose `destroy` runs in tc_release() just before its memory is given back. */
void *tc__object_alloc_with(size_t size, void (*destroy)(void *object));

/*
 * A zeroed block whose tc_release() is nothing but `release`: it may count down, or put the end off
 * until a callback has returned. When it is time, tc__handle_end gives the block itself back. The
 * handle's public _free is tc_release by a name that checks the type.
 */
void *tc__handle_alloc(size_t size, void (*release)(void *handle));
void tc__handle_end(void *handle);

/* A copy of `length` bytes with a NUL behind them, for tc_release(). */
char *tc__object_text(const char *text, size_t length);

/*
 * An arena: allocations that end together. Starts as {0}; not for several threads at once. Chunks
 * grow with what is already there, so that few are needed and little stands empty.
 */
struct tc__arena {
	struct tc__chunk *chunks; /* newest first */
	char *at, *end;           /* what is free of the newest */
	size_t total;             /* bytes of all chunks */
	bool secret;              /* wiped before it is freed */
};

/* Aligned for any object; not zeroed; NULL when memory ends. A size of 0 gives a pointer that is
 * not NULL. */
void *tc__arena_alloc(struct tc__arena *arena, size_t size);

/* Without alignment, for text. */
char *tc__arena_bytes(struct tc__arena *arena, size_t size);

/* A copy of `length` bytes with a NUL behind them. */
char *tc__arena_text(struct tc__arena *arena, const char *text, size_t length);

/* A copy of a NUL-terminated text. */
char *tc__arena_string(struct tc__arena *arena, const char *text);

/* Frees everything; the arena is {0} again. */
void tc__arena_clear(struct tc__arena *arena);

/*
 * A zeroed object inside the arena that is to carry the arena; NULL when memory ends. More may be
 * allocated afterwards. Until tc__arena_seal() the arena still belongs to the caller, who clears it
 * on failure.
 */
void *tc__arena_object(struct tc__arena *arena, size_t size);

/* Moves the arena into the object that tc__arena_object gave: tc_release(object) frees it all, and
 * *arena is {0}. */
void tc__arena_seal(struct tc__arena *arena, void *object);

#endif
