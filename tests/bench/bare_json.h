/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_BENCH_BARE_JSON_H
#define TC_BENCH_BARE_JSON_H

#include <stddef.h>

/* What yajl alone needs for a text: its SAX parser, as it is by default, with callbacks that only
 * count. Returns the number of events, or 0 when yajl refuses the text. */
size_t bare_json_parse(const char *text, size_t length);

#endif
