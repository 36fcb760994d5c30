/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/mounts.h"

#include "tools/taskcluster/d2g/path.h"

#include <string.h>
#include <strings.h>

void cache_append_path(struct translation *t, const struct member *cache)
{
	tc__buffer_printf(&t->text, "cache%zu", (size_t)(cache - t->caches));
}

static void add_cache(struct translation *t, const struct member *cache)
{
	tc_json_add_object(t->json);
	tc_json_add_name(t->json, "cacheName");
	tc_json_add_json(t->json, cache->name);
	tc_json_add_name(t->json, "directory");
	cache_append_path(t, cache);
	translation_flush(t);
	tc_json_end(t->json);
}

static void add_member(struct translation *t, const char *name, const tc_json *value)
{
	if (!value)
		return;
	tc_json_add_name(t->json, name);
	tc_json_add_json(t->json, value);
}

static bool has_extension(const tc_json *path, const char *extension)
{
	const char *text = tc_json_text(path);
	size_t length = tc_json_text_length(path), begin = path_extension(text, length);

	return length - begin == strlen(extension) && strcasecmp(text + begin, extension) == 0;
}

/* The file with the image. Docker unpacks it itself, but for what is packed by lz4. */
static void add_image(struct translation *t, const tc_json *image)
{
	const tc_json *path = tc_json_get(image, "path");

	tc_json_add_object(t->json);
	tc_json_add_name(t->json, "content");
	tc_json_add_object(t->json);
	add_member(t, "artifact", path);
	add_member(t, "namespace", tc_json_get(image, "namespace"));
	add_member(t, "taskId", tc_json_get(image, "taskId"));
	tc_json_end(t->json);
	tc_json_add_name(t->json, "file");
	tc_json_add_string(t->json, "dockerimage");
	if (has_extension(path, ".lz4")) {
		tc_json_add_name(t->json, "format");
		tc_json_add_string(t->json, "lz4");
	}
	tc_json_end(t->json);
}

void mounts_add(struct translation *t)
{
	const tc_json *image = tc_json_get(t->payload, "image");
	bool in_file = tc_json_get(image, "path");

	if (!t->caches->name && !in_file)
		return;
	tc_json_add_name(t->json, "mounts");
	tc_json_add_array(t->json);
	for (const struct member *cache = t->caches; cache->name; cache++)
		add_cache(t, cache);
	if (in_file)
		add_image(t, image);
	tc_json_end(t->json);
}
