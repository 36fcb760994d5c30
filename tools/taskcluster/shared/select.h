/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_SELECT_H
#define TC_CLI_SHARED_SELECT_H

/* --select POINTER: of each JSON that would be printed only what the JSON pointer (RFC 6901) leads
 * to. */

#include <taskcluster/json.h>

/* Selects from now on. Borrows the pointer. 0, or STATUS_USAGE after telling that it is none. */
int select_set(const char *pointer);
bool select_is_set(void);

/* What it leads to in this JSON; NULL after telling where it came to an end, which is
 * STATUS_FAILED. */
const tc_json *select_find(const tc_json *json);

#endif
