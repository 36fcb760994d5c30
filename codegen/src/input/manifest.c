/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/input/input.h"

#include <string.h>

const char *input_behind_schema(const char *name, const char *path)
{
	static const char folder[] = "/schemas";
	const char *host = strstr(name, "://");
	const char *at = host ? strchr(host + 3, '/') : name;

	if (!at)
		return NULL;
	if (host && strncmp(at, folder, sizeof folder - 1) != 0 &&
		strncmp(path, folder, sizeof folder - 1) == 0)
		path += sizeof folder - 1;
	size_t length = strlen(path);
	return strncmp(at, path, length) == 0 ? at + length : NULL;
}

/* The name inside the tree of what a manifest calls "/references/queue/v1/api.json", or the same
 * with a root URL in front; NULL when it is no such path. */
static const char *name_of(const char *url)
{
	const char *host = strstr(url, "://");

	if (host)
		url = strchr(host + 3, '/');
	if (!url || *url != '/' || !input_name_is_safe(url + 1))
		return NULL;
	return url + 1;
}

static int read_listed(struct input *input, const struct node *entry, struct table *seen,
	input_read_fn *read, void *context, tc_error *err)
{
	const struct document *document = NULL;
	const char *url = NULL;
	int rc = node_text(entry, &url, err);

	if (rc != TC_OK)
		return rc;
	const char *name = name_of(url);
	if (!name)
		return node_fail(entry, err,
			"is \"%s\"; expected a path inside the tree, such as "
			"/references/queue/v1/api.json",
			url);
	if (table_get(seen, name, strlen(name)))
		return node_fail(entry, err, "lists \"%s\" a second time; expected it once", url);
	rc = input_find(input, name, &document, err);
	if (rc != TC_OK)
		return rc;
	if (!document)
		return node_fail(entry, err, "names a missing file; expected %s in the tree", name);
	if (!table_put(seen, name, strlen(name), input))
		return tc__fail_nomem(err);
	return read(context, input, document, err);
}

static int read_list(struct input *input, const struct node *list, struct table *seen,
	input_read_fn *read, void *context, tc_error *err)
{
	size_t count = tc_json_count(list->json);
	int rc = TC_OK;

	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node entry = node_item(list, i);
		rc = read_listed(input, &entry, seen, read, context, err);
	}
	return rc;
}

/* manifest-v2: services, each with lists of { version, reference } for its HTTP and Pulse sides. */
static int read_service(struct input *input, const struct node *service, struct table *seen,
	input_read_fn *read, void *context, tc_error *err)
{
	static const char *const sides[] = { "apis", "pulse" };
	int rc = node_object(service, err);

	for (size_t side = 0; side < 2 && rc == TC_OK; side++) {
		struct node list;
		rc = node_list(service, sides[side], &list, err);
		size_t count = rc == TC_OK ? tc_json_count(list.json) : 0;
		for (size_t i = 0; i < count && rc == TC_OK; i++) {
			struct node item = node_item(&list, i);
			struct node reference = node_member(&item, "reference");
			rc = read_listed(input, &reference, seen, read, context, err);
		}
	}
	return rc;
}

static int read_services(struct input *input, const struct node *list, struct table *seen,
	input_read_fn *read, void *context, tc_error *err)
{
	size_t count = tc_json_count(list->json);
	int rc = node_array(list, err);

	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node service = node_item(list, i);
		rc = read_service(input, &service, seen, read, context, err);
	}
	return rc;
}

static int read_manifest(struct input *input, const struct document *manifest, input_read_fn *read,
	void *context, tc_error *err)
{
	struct node root = node_root(manifest->file, manifest->root);
	struct table seen = { .arena = input->arena };
	const char *schema = NULL;
	int rc = node_object(&root, err);

	if (rc == TC_OK)
		rc = node_optional_text(&root, "$schema", &schema, err);
	if (rc != TC_OK)
		return rc;
	if (schema && !input_behind_schema(schema, "/schemas/common/manifest-v")) {
		struct node member = node_member(&root, "$schema");
		return node_fail(&member, err,
			"is \"%s\"; expected /schemas/common/manifest-v3.json# or -v2", schema);
	}
	struct node services = node_member(&root, "services");
	if (services.json)
		return read_services(input, &services, &seen, read, context, err);
	struct node references = node_member(&root, "references");
	rc = node_array(&references, err);
	if (rc != TC_OK)
		return rc;
	return read_list(input, &references, &seen, read, context, err);
}

/* A bundle without a manifest: its references in the order they are in. */
static int read_unlisted(struct input *input, input_read_fn *read, void *context, tc_error *err)
{
	struct node list = node_root(input->path, input->bundle);
	size_t count = tc_json_count(input->bundle), found = 0;
	int rc = TC_OK;

	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		const struct document *document = NULL;
		const char *name =
			tc_json_text(tc_json_get(tc_json_item(input->bundle, i), "filename"));
		name += *name == '/';
		if (strncmp(name, "references/", 11) != 0)
			continue;
		found++;
		rc = input_find(input, name, &document, err);
		if (rc == TC_OK)
			rc = read(context, input, document, err);
	}
	if (rc == TC_OK && !found)
		return node_fail(&list, err,
			"has neither references/manifest.json nor anything in references/; "
			"expected "
			"the files of a tree");
	return rc;
}

int input_each_reference(struct input *input, input_read_fn *read, void *context, tc_error *err)
{
	static const char *const names[] = { "references/manifest.json", "manifest.json" };

	if (input->kind == INPUT_FILE)
		return read(context, input, input->documents, err);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct document *manifest = NULL;
		int rc = input_find(input, names[i], &manifest, err);
		if (rc != TC_OK)
			return rc;
		if (manifest)
			return read_manifest(input, manifest, read, context, err);
	}
	if (input->kind == INPUT_BUNDLE)
		return read_unlisted(input, read, context, err);
	return tc__fail(err, TC_ERROR_INPUT,
		"%s: has no manifest.json at its top or in references/; expected a tree of "
		"references, a bundle or a reference file",
		input->path);
}
