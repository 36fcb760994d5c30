/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_JOBS_RESULT_H
#define TC_CLI_JOBS_RESULT_H

/* What --json prints: one object in a line, members in the order in which they are added. */

#include <taskcluster/json.h>

/* A text that is NULL or empty is left out. What is no UTF-8 cannot be in JSON: its bytes that are
 * none are question marks. */
void result_text(tc_json_builder *json, const char *name, const char *text);
void result_number(tc_json_builder *json, const char *name, int64_t number);
void result_flag(tc_json_builder *json, const char *name, bool flag);

/* Ends the object, and prints it on standard output. 0, or the exit status after telling. */
int result_print(tc_json_builder *json);

#endif
