/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/settings/parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool consists_of(const char *text, const char *characters)
{
	return *text && text[strspn(text, characters)] == '\0';
}

static bool is_root_url(const char *text)
{
	static const char *const schemes[] = { "https://", "http://" };

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t length = strlen(schemes[i]);
		if (strncasecmp(text, schemes[i], length) == 0)
			return consists_of(text + length, CONFIG_LETTERS "-._~:[]%/") &&
				text[length] != '/';
	}
	return false;
}

static bool is_object(const char *text)
{
	const tc_json *json = NULL;
	bool good = tc_json_parse(text, strlen(text), &json, NULL) == TC_OK &&
		tc_json_kind(json) == TC_JSON_OBJECT;

	tc_release(json);
	return good;
}

int settings_check(enum config_key key, const char *text)
{
	switch (key) {
	case CONFIG_ROOT_URL:
		return is_root_url(text) ? 0
					 : usage_error("\"%s\" is no root URL, such as "
						       "https://tc.example.com",
						   text);
	case CONFIG_CLIENT_ID:
		return consists_of(text, CONFIG_CLIENT_ID_CHARACTERS)
			? 0
			: usage_error("\"%s\" is no client's id: these have letters, digits and "
				      "!@/:.+|_- in them",
				  text);
	case CONFIG_ACCESS_TOKEN: /* never printed */
		return consists_of(text, CONFIG_ACCESS_TOKEN_CHARACTERS)
			? 0
			: usage_error("this is no access token: these have letters, digits, - and "
				      "_ in them");
	default:
		return is_object(text) ? 0
				       : usage_error("a certificate is a JSON object, such as "
						     "{\"version\":1,…}, and this is none");
	}
}

static bool is_scope(const tc_json *item)
{
	const char *text = tc_json_text(item);

	if (tc_json_kind(item) != TC_JSON_STRING || !*text)
		return false;
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static int no_scopes(void)
{
	return usage_error("expected a list of scopes, texts of ASCII, such as "
			   "[\"queue:get-task:*\"]");
}

int settings_check_scopes(const char *text, const tc_json **json, const char ***scopes)
{
	tc_error err = TC_ERROR_INIT;

	if (tc_json_parse(text, strlen(text), json, &err) != TC_OK) {
		usage_error("a list of scopes is JSON, such as [\"queue:get-task:*\"]: %s",
			tc_error_text(&err));
		tc_error_clear(&err);
		return STATUS_USAGE;
	}
	if (tc_json_kind(*json) != TC_JSON_ARRAY)
		return no_scopes();
	size_t count = tc_json_count(*json);
	*scopes = calloc(count + 1, sizeof **scopes);
	if (!*scopes)
		return failure("memory ended");
	for (size_t i = 0; i < count; i++) {
		if (!is_scope(tc_json_item(*json, i)))
			return no_scopes();
		(*scopes)[i] = tc_json_text(tc_json_item(*json, i));
	}
	return 0;
}
