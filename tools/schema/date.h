/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_DATE_H
#define TC_SCHEMA_DATE_H

#include <stdint.h>

/*
 * Dates as the services take them, which is more than RFC 3339: `T` may be a blank, the offset may
 * be left out (UTC), or be written +0000. Their schemas also let `+00` through, which their
 * JavaScript then cannot read. Shares nothing with the library's parser.
 */
enum date_kind {
	DATE_NONE,   /* refused by the format "date-time" */
	DATE_UNREAD, /* passes it, and is no time all the same */
	DATE_READ    /* *ms is set: since 1970, UTC; what is finer is cut */
};
enum date_kind date_read(const char *text, int64_t *ms);

#endif
