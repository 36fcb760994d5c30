/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/artifacts/fetch.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/text/plain.h"

#include <stdio.h>
#include <string.h>

/* In a folder: a file that is there already got another name. */
static bool is_link(const struct tc_downloaded *result)
{
	return strcmp(result->storage, "link") == 0;
}

static int tell_json(const char *name, const char *path, const struct tc_downloaded *result)
{
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	member_text(json, "name", name);
	member_text(json, "path", path);
	member_text(json, "storageType", result->storage);
	member_text(json, "contentType", result->content_type);
	if (!is_link(result))
		member_number(json, "contentLength", result->length);
	member_number(json, "received", result->received);
	member_number(json, "restarts", result->restarts);
	member_text(json, "sha256", result->sha256);
	member_flag(json, "verified", result->verified);
	member_flag(json, "kept", result->kept);
	return output_object(json);
}

/* "downloaded public/x: 12345 bytes, text/plain, verified, to out/x" */
static int tell_people(const char *name, const char *path, const struct tc_downloaded *result)
{
	printf("%s ", result->kept ? "kept" : "downloaded");
	plain_print_line(stdout, name, strlen(name));
	if (is_link(result))
		fputs(": the same file as what it links to, ", stdout);
	else
		printf(": %lld byte%s, ", (long long)result->length,
			result->length == 1 ? "" : "s");
	if (*result->content_type) {
		plain_print_line(stdout, result->content_type, strlen(result->content_type));
		fputs(", ", stdout);
	}
	if (result->verified)
		fputs("verified, ", stdout);
	if (result->restarts)
		printf("begun anew %d time%s, ", result->restarts,
			result->restarts == 1 ? "" : "s");
	fputs(result->kept ? "in " : "to ", stdout);
	plain_print_line(stdout, path, strlen(path));
	putchar('\n');
	return 0;
}

int fetch_tell(const struct fetch *fetch, const char *name, const char *path,
	const struct tc_downloaded *result)
{
	if (!path)
		path = fetch->output;
	if (fetch->json)
		return tell_json(name, path, result);
	return fetch->quiet ? 0 : tell_people(name, path, result);
}
