/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/artifacts.h"

#include "tools/taskcluster/d2g/path.h"

#include <string.h>
#include <taskcluster/date.h>

bool artifact_is_volume(const struct member *artifact)
{
	return strcmp(tc_json_text(tc_json_get(artifact->value, "type")), "volume") == 0;
}

/* Numbered, with the extension that the artifact's file has: it says of what type it is. */
void artifact_append_path(struct translation *t, const struct member *artifact)
{
	const tc_json *path = tc_json_get(artifact->value, "path");
	const char *text = tc_json_text(path);
	size_t length = tc_json_text_length(path), extension = path_extension(text, length);

	tc__buffer_printf(&t->text, "%s%zu", artifact_is_volume(artifact) ? "volume" : "artifact",
		(size_t)(artifact - t->artifacts));
	tc__buffer_add(&t->text, text + extension, length - extension);
}

/* As the services write dates. */
static void add_expires(struct translation *t, const tc_json *expires)
{
	char date[TC_DATE_SIZE];
	struct timespec when;

	if (!expires || tc_date_parse(tc_json_text(expires), &when, NULL) != TC_OK ||
		tc_date_format(when, date, NULL) != TC_OK)
		return;
	tc_json_add_name(t->json, "expires");
	tc_json_add_string(t->json, date);
}

static void add_artifact(struct translation *t, const struct member *artifact)
{
	tc_json_add_object(t->json);
	add_expires(t, tc_json_get(artifact->value, "expires"));
	translation_name(t, "name", artifact->name);
	tc_json_add_name(t->json, "optional");
	tc_json_add_bool(t->json, true);
	tc_json_add_name(t->json, "path");
	artifact_append_path(t, artifact);
	translation_flush(t);
	tc_json_add_name(t->json, "type");
	if (artifact_is_volume(artifact))
		tc_json_add_string(t->json, "directory");
	else
		tc_json_add_json(t->json, tc_json_get(artifact->value, "type"));
	tc_json_end(t->json);
}

void artifacts_add(struct translation *t)
{
	if (!t->artifacts->name)
		return;
	tc_json_add_name(t->json, "artifacts");
	tc_json_add_array(t->json);
	for (const struct member *artifact = t->artifacts; artifact->name; artifact++)
		add_artifact(t, artifact);
	tc_json_end(t->json);
}
