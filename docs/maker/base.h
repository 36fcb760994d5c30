/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCS_BASE_H
#define TC_DOCS_BASE_H

/*
 * What all of the maker stands on. It runs once, while the project is built, so what it allocates
 * lives until it ends, and whatever is wrong ends it: a sentence on standard error, exit status 1.
 */

#include "runtime/src/base/buffer.h"

#define TEXT_MAX ((size_t)64 << 20)

_Noreturn TC_PRINTF(1, 2) void die(const char *format, ...);

/* Zeroed. */
void *keep(size_t size);
const char *keep_text(const char *text, size_t length);
TC_PRINTF(1, 2) const char *keep_printf(const char *format, ...);

/* A list of `count` items that one more is put behind; gives where that goes. */
void *grow(void *list, size_t *count, size_t item_size);

const char *read_file(const char *path);

/* Writes it, and clears the buffer. */
void write_file(const char *path, struct tc__buffer *text);

bool begins(const char *text, const char *beginning);
bool ends(const char *text, const char *end);

/* Takes a line from a text, without its end; false at the end. */
bool next_line(const char **at, const char **line, size_t *length);

/* The first sentence of a text, its white space made single spaces, of `most` bytes at most. */
const char *first_sentence(const char *text, size_t most);

#endif
