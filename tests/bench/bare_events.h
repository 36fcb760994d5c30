/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_BENCH_BARE_EVENTS_H
#define TC_BENCH_BARE_EVENTS_H

#include <stddef.h>
#include <yajl/yajl_parse.h>

/* Callbacks that only count: the context is the size_t they count in. */
extern const yajl_callbacks bare_counting;

/* What yajl alone needs for a text: its SAX parser, as it is by default, with these callbacks.
 * Returns the number of events, or 0 when yajl refuses the text. */
size_t bare_parse(const char *text, size_t length);

#endif
