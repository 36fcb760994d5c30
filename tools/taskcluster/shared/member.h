/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_MEMBER_H
#define TC_CLI_SHARED_MEMBER_H

/* Members of the JSON that this program makes itself. */

#include <taskcluster/json.h>

/* A text that is NULL or empty is left out. What is no UTF-8 cannot be in JSON: its bytes that are
 * none are question marks. */
void member_text(tc_json_builder *json, const char *name, const char *text);
void member_number(tc_json_builder *json, const char *name, int64_t number);
void member_flag(tc_json_builder *json, const char *name, bool flag);

/* An item of an array; NULL is null. */
void member_item(tc_json_builder *json, const char *text);

#endif
