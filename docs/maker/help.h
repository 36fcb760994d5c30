/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCS_HELP_H
#define TC_DOCS_HELP_H

#include "docs/maker/base.h"

/* What a program prints for --help as a page: its usage, its paragraphs, its options as a table. */
void help_write(struct tc__buffer *out, const char *program, const char *help);

/* Text that is no Markdown as Markdown that means it. */
void add_literal(struct tc__buffer *out, const char *text, size_t length);

#endif
