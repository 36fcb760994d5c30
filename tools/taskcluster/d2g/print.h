/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_PRINT_H
#define TC_CLI_D2G_PRINT_H

/*
 * JSON as the official client prints translations, byte by byte: indented by two spaces, members by
 * name, and with escapes for what HTML would read (< > &) and what JavaScript once took for the
 * ends of lines (U+2028, U+2029).
 */

#include <taskcluster/json.h>

/* On standard output. 0, or the exit status after telling. */
int print_sorted(const tc_json *json);

#endif
