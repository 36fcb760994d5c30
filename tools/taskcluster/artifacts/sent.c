/* SPDX-License-Identifier: MPL-2.0 */

/* What is said of uploads that have ended. */

#include "tools/taskcluster/artifacts/upload.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/text/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_text(const char *text)
{
	plain_print_line(stdout, text, strlen(text));
}

static tc_json_builder *begin_json(const struct upload *upload)
{
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	member_text(json, "name", upload->artifact.name);
	if (upload->object) {
		member_text(json, "projectId", upload->how.project_id);
		return json;
	}
	member_text(json, "taskId", upload->artifact.task_id);
	member_number(json, "runId", strtoll(upload->artifact.run_id, NULL, 10));
	member_flag(json, "public", tc_artifact_is_public(upload->artifact.name));
	return json;
}

static int tell_json(const struct upload *upload, const struct tc_uploaded *result)
{
	tc_json_builder *json = begin_json(upload);
	bool object = upload->object || upload->how.storage == TC_STORAGE_OBJECT;

	member_text(json, "storageType", object ? "object" : "s3");
	member_text(json, "contentType", result->content_type);
	member_text(json, "contentEncoding", result->gzip ? "gzip" : "identity");
	member_number(json, "contentLength", result->length);
	member_number(json, "storedLength", result->stored_length);
	member_text(json, "sha256", result->sha256);
	member_text(json, "sha512", result->sha512);
	return output_object(json);
}

int upload_tell(const struct upload *upload, const struct tc_uploaded *result)
{
	if (upload->json)
		return tell_json(upload, result);
	if (upload->quiet)
		return 0;
	fputs("uploaded ", stdout);
	print_text(upload->artifact.name);
	printf(": %lld byte%s", (long long)result->length, result->length == 1 ? "" : "s");
	if (result->gzip)
		printf(" (%lld sent, gzip)", (long long)result->stored_length);
	fputs(", ", stdout);
	print_text(result->content_type);
	putchar('\n');
	return 0;
}

/* Of what kind it is, and what it leads to or tells. */
static const char *kind_of(const struct tc_create_options *without, const char **what)
{
	*what = without->link ? without->link : without->url ? without->url : without->reason;
	if (without->link)
		return "link";
	return without->url ? "reference" : "error";
}

int upload_tell_without(const struct upload *upload)
{
	const char *what, *kind = kind_of(&upload->without, &what);
	tc_json_builder *json;

	if (upload->json) {
		json = begin_json(upload);
		member_text(json, "storageType", kind);
		return output_object(json);
	}
	if (upload->quiet)
		return 0;
	fputs("created ", stdout);
	print_text(upload->artifact.name);
	printf(": %s%s ", kind, upload->without.reason ? "," : " to");
	print_text(what);
	putchar('\n');
	return 0;
}
