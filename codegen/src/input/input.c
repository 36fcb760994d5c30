/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/input/input.h"

#include "codegen/src/input/file.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 1024
#define FILES_MAX 16384

bool input_name_is_safe(const char *name)
{
	if (strlen(name) > NAME_MAX_LENGTH)
		return false;
	for (const char *at = name;; at++) {
		size_t length = strcspn(at, "/");
		if (length == 0 || (length == 1 && at[0] == '.') ||
			(length == 2 && at[0] == '.' && at[1] == '.'))
			return false;
		for (; length; length--, at++) {
			if (*at <= ' ' || *at > '~' || *at == '\\')
				return false;
		}
		if (!*at)
			return true;
	}
}

static struct document *add_document(struct input *input, const char *name, const char *separator)
{
	struct document *document = tc__arena_alloc(input->arena, sizeof *document);
	struct tc__buffer label = TC__BUFFER(SIZE_MAX / 2);

	tc__buffer_printf(&label, "%s%s%s", input->path, separator, *separator ? name : "");
	if (document)
		*document = (struct document){ .next = input->documents };
	if (document && !tc__buffer_failed(&label)) {
		document->name = tc__arena_text(input->arena, name, strlen(name));
		document->file = tc__arena_text(input->arena, label.data, label.length);
	}
	tc__buffer_clear(&label);
	if (!document || !document->name || !document->file ||
		!table_put(&input->by_name, document->name, strlen(name), document))
		return NULL;
	input->documents = document;
	return document;
}

static int parse(struct document *document, const char *text, size_t length, tc_error *err)
{
	int rc = tc_json_parse(text, length, &document->parsed, err);

	if (rc != TC_OK)
		tc_error_prefix(err, "%s", document->file);
	document->root = document->parsed;
	return rc;
}

/* Room for a file of the input. */
static struct tc__buffer file_room(const struct input *input)
{
	return TC__BUFFER(input->bytes_left < FILE_SIZE_MAX ? input->bytes_left : FILE_SIZE_MAX);
}

/* Reads a document of a tree from its file. */
static int read_document(
	struct input *input, const char *name, const struct document **found, tc_error *err)
{
	struct tc__buffer text = file_room(input);
	struct tc__buffer label = TC__BUFFER(SIZE_MAX / 2);
	struct document *document = NULL;
	int descriptor = -1;

	tc__buffer_printf(&label, "%s/%s", input->path, name);
	if (tc__buffer_failed(&label))
		return tc__fail_nomem(err);
	int rc = file_open_below(input->folder, name, label.data, &descriptor, err);
	if (rc != TC_OK || descriptor < 0)
		goto out;
	rc = file_read(descriptor, label.data, &text, err);
	if (rc != TC_OK)
		goto out;
	input->bytes_left -= text.length;
	document = add_document(input, name, "/");
	rc = document ? parse(document, tc__buffer_get(&text), text.length, err)
		      : tc__fail_nomem(err);
	*found = document;
out:
	tc__buffer_clear(&text);
	tc__buffer_clear(&label);
	return rc;
}

int input_find(
	struct input *input, const char *name, const struct document **document, tc_error *err)
{
	*document = table_get(&input->by_name, name, strlen(name));
	if (*document || input->folder < 0)
		return TC_OK;
	return read_document(input, name, document, err);
}

static int add_bundled(struct input *input, const struct node *entry, tc_error *err)
{
	struct node filename = node_member(entry, "filename");
	struct node content = node_member(entry, "content");
	const char *name = NULL;
	int rc = node_object(entry, err);

	if (rc == TC_OK)
		rc = node_text(&filename, &name, err);
	if (rc == TC_OK)
		rc = node_object(&content, err);
	if (rc != TC_OK)
		return rc;
	if (*name == '/')
		name++;
	if (!input_name_is_safe(name))
		return node_fail(&filename, err,
			"is \"%s\"; expected a path inside the bundle, such as "
			"schemas/queue/v1/task.json",
			name);
	if (table_get(&input->by_name, name, strlen(name)))
		return node_fail(&filename, err,
			"is \"%s\", as in an entry before; expected each name once", name);
	struct document *document = add_document(input, name, ":");
	if (!document)
		return tc__fail_nomem(err);
	document->root = content.json;
	return TC_OK;
}

static int open_bundle(struct input *input, tc_error *err)
{
	struct node list = node_root(input->path, input->bundle);
	size_t count = tc_json_count(input->bundle);
	int rc = TC_OK;

	if (count > FILES_MAX)
		return node_fail(
			&list, err, "has %zu files; expected at most %d", count, FILES_MAX);
	input->kind = INPUT_BUNDLE;
	input->has_schemas = true;
	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node entry = node_item(&list, i);
		rc = add_bundled(input, &entry, err);
	}
	return rc;
}

static int open_text(
	struct input *input, const char *text, size_t length, const char *name, tc_error *err)
{
	struct document *document = add_document(input, name, "");

	if (!document)
		return tc__fail_nomem(err);
	int rc = parse(document, text, length, err);
	if (rc != TC_OK)
		return rc;
	if (tc_json_kind(document->root) != TC_JSON_ARRAY)
		return TC_OK;
	/* the list itself is no document that references could name */
	input->by_name = (struct table){ .arena = input->arena };
	input->bundle = document->root;
	return open_bundle(input, err);
}

/* Where in a path its tree's own part begins, for a file <tree>/references/<service>/<version>/
 * <name>; NULL for others. */
static const char *name_in_tree(const char *path)
{
	const char *at = path + strlen(path);

	for (int slashes = 0; at > path; at--) {
		if (at[-1] == '/' && ++slashes == 4)
			break;
	}
	return strncmp(at, "references/", 11) == 0 ? at : NULL;
}

/* A single file that lies in a tree has that tree's schemas. */
static int find_tree(struct input *input, const char *name, tc_error *err)
{
	size_t length = (size_t)(name - input->path);
	char *root = tc__arena_text(input->arena, length ? input->path : "./", length ? length : 2);

	if (!root)
		return tc__fail_nomem(err);
	int folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return TC_OK;
	if (faccessat(folder, "schemas", R_OK, 0) != 0) {
		close(folder);
		return TC_OK;
	}
	root[strlen(root) - 1] = '\0';
	input->path = root;
	input->folder = folder;
	input->has_schemas = true;
	return TC_OK;
}

static int open_file(struct input *input, int descriptor, tc_error *err)
{
	struct tc__buffer text = file_room(input);
	const char *slash = strrchr(input->path, '/');
	const char *in_tree = name_in_tree(input->path);
	const char *name = in_tree ? in_tree : (slash ? slash + 1 : input->path);
	int rc = file_read(descriptor, input->path, &text, err);

	input->bytes_left -= text.length;
	if (rc == TC_OK)
		rc = open_text(input, tc__buffer_get(&text), text.length, name, err);
	if (rc == TC_OK && in_tree && input->kind == INPUT_FILE)
		rc = find_tree(input, in_tree, err);
	tc__buffer_clear(&text);
	return rc;
}

static struct input *new_input(struct tc__arena *arena, const char *path, size_t bytes_max)
{
	struct input *input = tc__arena_alloc(arena, sizeof *input);

	if (input)
		*input = (struct input){
			.arena = arena,
			.kind = INPUT_FILE,
			.path = path,
			.bytes_left = bytes_max,
			.folder = -1,
			.by_name = { .arena = arena },
		};
	return input;
}

int input_open(struct tc__arena *arena, const char *path, size_t bytes_max, struct input **input,
	tc_error *err)
{
	struct stat status;
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	const char *copy = tc__arena_text(arena, path, length);

	*input = copy ? new_input(arena, copy, bytes_max) : NULL;
	if (!*input)
		return tc__fail_nomem(err);
	int descriptor = open(copy, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor < 0 || fstat(descriptor, &status) != 0) {
		int rc = tc__fail(
			err, TC_ERROR_SYSTEM, "%s: cannot be read: %s", copy, strerror(errno));
		if (descriptor >= 0)
			close(descriptor);
		return rc;
	}
	if (!S_ISDIR(status.st_mode))
		return open_file(*input, descriptor, err);
	(*input)->kind = INPUT_TREE;
	(*input)->folder = descriptor;
	(*input)->has_schemas = true;
	return TC_OK;
}

int input_open_text(struct tc__arena *arena, const char *path, const char *text, size_t length,
	struct input **input, tc_error *err)
{
	*input = new_input(arena, path, 0); /* no file is read for it */
	return *input ? open_text(*input, text, length, path, err) : tc__fail_nomem(err);
}

void input_close(struct input *input)
{
	if (!input)
		return;
	for (struct document *document = input->documents; document; document = document->next)
		tc_release(document->parsed);
	if (input->folder >= 0)
		close(input->folder);
}
