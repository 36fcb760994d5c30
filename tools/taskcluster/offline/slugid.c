/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/offline.h"
#include "tools/taskcluster/shared/uuid.h"

#include <taskcluster/slugid.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SLUGID_V4 = OPTION_OWN, SLUGID_ANY };

static const struct option options[] = {
	{ "nice", 'n', NULL, "one that never begins with a dash (the default)" },
	{ "v4", SLUGID_V4, NULL, "any, also one that begins with a dash" },
	{ "any", SLUGID_ANY, NULL, "encode and decode UUIDs that are not of version 4, too" },
	{ NULL, 0, NULL, NULL },
};

static const char *const verbs[] = { "generate", "encode", "decode", NULL };

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return found ? (int)(found - digits) : -1;
}

static bool parse_uuid(const char *text, uint8_t uuid[16])
{
	size_t bytes = 0;

	for (; bytes < 16; bytes++) {
		if (bytes == 4 || bytes == 6 || bytes == 8 || bytes == 10)
			if (*text++ != '-')
				return false;
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return false;
		uuid[bytes] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return *text == '\0';
}

static int not_v4(const char *text)
{
	return usage_error("\"%s\" is not of version 4, as Taskcluster's ids are: --any takes it "
			   "all the same",
		text);
}

static int encode(const char *text, bool any)
{
	char slugid[TC_SLUGID_SIZE];
	uint8_t uuid[16];

	if (!parse_uuid(text, uuid))
		return usage_error("\"%s\" is no UUID, such as "
				   "f8f3b8b0-3a1e-4b6e-9a55-1c3f0f0c2a77",
			text);
	if (!any && !uuid_is_v4(uuid))
		return not_v4(text);
	tc_slugid_encode(uuid, slugid);
	puts(slugid);
	return 0;
}

static int decode(const char *slugid, bool any)
{
	tc_error err = TC_ERROR_INIT;
	uint8_t uuid[16];

	if (tc_slugid_decode(slugid, uuid, &err) != TC_OK) {
		usage_error("%s", tc_error_text(&err));
		tc_error_clear(&err);
		return STATUS_USAGE;
	}
	if (!any && !uuid_is_v4(uuid))
		return not_v4(slugid);
	for (size_t i = 0; i < sizeof uuid; i++)
		printf("%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
	putchar('\n');
	return 0;
}

static int generate(bool v4)
{
	char slugid[TC_SLUGID_SIZE];

	if (v4)
		tc_slugid_v4(slugid);
	else
		tc_slugid_nice(slugid);
	puts(slugid);
	return 0;
}

/* What the command line says. */
struct request {
	const char *verb, *subject;
	bool v4, any;
};

static int perform(const struct request *request)
{
	const char *verb = request->verb, *subject = request->subject;

	if (!verb || strcmp(verb, "generate") == 0)
		return subject ? usage_error("slugid generate takes no argument")
			       : generate(request->v4);
	bool encodes = strcmp(verb, "encode") == 0;
	if (!encodes && strcmp(verb, "decode") != 0)
		return usage_error("slugid does generate, encode and decode, not %s", verb);
	if (!subject)
		return usage_error("slugid %s needs a %s", verb, encodes ? "UUID" : "slugid");
	return encodes ? encode(subject, request->any) : decode(subject, request->any);
}

static int take_word(struct request *request, const char *word)
{
	if (request->subject)
		return usage_error("slugid: \"%s\" is one word too many", word);
	if (request->verb)
		request->subject = word;
	else
		request->verb = word;
	return 0;
}

static int run(struct arguments *arguments)
{
	struct request request = { 0 };
	int id, status = 0;

	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h')
			return command_help(&slugid_command);
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		if (id == OPTION_WORD)
			status = take_word(&request, arguments->value);
		else if (id == SLUGID_ANY)
			request.any = true;
		else
			request.v4 = id == SLUGID_V4;
	}
	return status == 0 ? perform(&request) : status;
}

const struct command slugid_command = {
	.name = "slugid",
	.synopsis = "[generate | encode <uuid> | decode <slugid>]",
	.summary = "make an id for a task, or turn one into its UUID and back",
	.details = "Put -- before a slugid that begins with a dash. What is no id that Taskcluster "
		   "could have made is refused by decode, which so tells whether a text is one.",
	.options = options,
	.words = verbs,
	.run = run,
};
