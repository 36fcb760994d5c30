/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/text/plain.h"

#include <stdlib.h>
#include <string.h>

void member_text(tc_json_builder *json, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	tc_json_add_name(json, name);
	member_item(json, text);
}

void member_number(tc_json_builder *json, const char *name, int64_t number)
{
	tc_json_add_name(json, name);
	tc_json_add_int64(json, number);
}

void member_flag(tc_json_builder *json, const char *name, bool flag)
{
	tc_json_add_name(json, name);
	tc_json_add_bool(json, flag);
}

void member_item(tc_json_builder *json, const char *text)
{
	char *mended = text ? plain_utf8(text, strlen(text)) : NULL;

	tc_json_add_string(json, mended);
	free(mended);
}
