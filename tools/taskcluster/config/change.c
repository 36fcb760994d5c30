/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/change.h"
#include "tools/taskcluster/shared/report.h"

#include <stdlib.h>
#include <string.h>

/* Deeper nodes are never the same: nobody has them, and aliases can make circles. */
#define DEPTH_MAX 64
/* Nor are more of them: a file has fewer, unless its aliases are of aliases of aliases. */
#define NODES_MAX ((size_t)1 << 20)
#define STEP 2 /* columns, of a section that is made here */

/* Bytes of the file, and what comes in their place. */
struct splice {
	size_t begin, end;
	const char *before, *entry, *after; /* the entry's further lines are indented, too */
	size_t column;                      /* of its first line */
};

/* ---- where things stand ---- */

/* libyaml counts characters, and not the mark of their order (BOM) in front of all. */
static size_t offset_of(const struct config_file *file, const yaml_mark_t *mark)
{
	size_t at = file->length >= 3 && memcmp(file->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	for (size_t left = mark->index; left > 0 && at < file->length; left--) {
		at++;
		while (at < file->length && ((unsigned char)file->text[at] & 0xc0) == 0x80)
			at++;
	}
	return at;
}

static size_t begin_of(const struct config_file *file, const yaml_node_t *node)
{
	return offset_of(file, &node->start_mark);
}

static bool is_block(const yaml_node_t *node)
{
	if (node->type == YAML_MAPPING_NODE)
		return node->data.mapping.style != YAML_FLOW_MAPPING_STYLE;
	return node->type == YAML_SEQUENCE_NODE &&
		node->data.sequence.style != YAML_FLOW_SEQUENCE_STYLE;
}

static yaml_node_t *last_of(yaml_document_t *document, const yaml_node_t *node)
{
	if (node->type == YAML_MAPPING_NODE)
		return yaml_document_get_node(document, node->data.mapping.pairs.top[-1].value);
	return yaml_document_get_node(document, node->data.sequence.items.top[-1]);
}

/* A block ends for libyaml where the next thing begins, behind comments. */
static size_t end_of(struct config_file *file, const yaml_node_t *node)
{
	while (is_block(node))
		node = last_of(&file->document, node);
	size_t begin = begin_of(file, node), end = offset_of(file, &node->end_mark);
	while (end > begin && strchr(" \t\r\n", file->text[end - 1]))
		end--;
	return end;
}

/* ---- mappings ---- */

static size_t count_of(const yaml_node_t *mapping)
{
	bool is_mapping = mapping && mapping->type == YAML_MAPPING_NODE;

	return is_mapping
		? (size_t)(mapping->data.mapping.pairs.top - mapping->data.mapping.pairs.start)
		: 0;
}

static yaml_node_t *key_at(yaml_document_t *document, const yaml_node_t *mapping, size_t at)
{
	return yaml_document_get_node(document, mapping->data.mapping.pairs.start[at].key);
}

static yaml_node_t *value_at(yaml_document_t *document, const yaml_node_t *mapping, size_t at)
{
	return yaml_document_get_node(document, mapping->data.mapping.pairs.start[at].value);
}

static bool is_named(const yaml_node_t *key, const char *name)
{
	return key->type == YAML_SCALAR_NODE &&
		strcmp((const char *)key->data.scalar.value, name) == 0;
}

/* Where the pair is, of several the last, which counts; the count where it is not. */
static size_t find(yaml_document_t *document, const yaml_node_t *mapping, const char *name)
{
	size_t count = count_of(mapping), left = count;

	while (left > 0 && !is_named(key_at(document, mapping, left - 1), name))
		left--;
	return left > 0 ? left - 1 : count;
}

/* ---- whether all else is as it was ---- */

/* Two documents, and how far their comparison goes. */
struct comparison {
	yaml_document_t *a, *b;
	int depth;
	size_t nodes;
};

static bool same(struct comparison *both, const yaml_node_t *a, const yaml_node_t *b);

static bool same_scalars(const yaml_node_t *a, const yaml_node_t *b)
{
	return a->data.scalar.length == b->data.scalar.length &&
		memcmp(a->data.scalar.value, b->data.scalar.value, a->data.scalar.length) == 0 &&
		(a->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) ==
		(b->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
}

/* But for the pairs with this name, or NULL. */
static bool same_pairs(
	struct comparison *both, const yaml_node_t *a, const yaml_node_t *b, const char *but)
{
	size_t a_count = count_of(a), b_count = count_of(b), i = 0, j = 0;

	for (;;) {
		while (but && i < a_count && is_named(key_at(both->a, a, i), but))
			i++;
		while (but && j < b_count && is_named(key_at(both->b, b, j), but))
			j++;
		if (i == a_count || j == b_count)
			return i == a_count && j == b_count;
		if (!same(both, key_at(both->a, a, i), key_at(both->b, b, j)) ||
			!same(both, value_at(both->a, a, i), value_at(both->b, b, j)))
			return false;
		i++, j++;
	}
}

static bool same_items(struct comparison *both, const yaml_node_t *a, const yaml_node_t *b)
{
	const yaml_node_item_t *a_item = a->data.sequence.items.start;
	const yaml_node_item_t *b_item = b->data.sequence.items.start;
	long count = a->data.sequence.items.top - a_item;

	if (count != b->data.sequence.items.top - b_item)
		return false;
	for (long i = 0; i < count; i++)
		if (!same(both, yaml_document_get_node(both->a, a_item[i]),
			    yaml_document_get_node(both->b, b_item[i])))
			return false;
	return true;
}

static bool same(struct comparison *both, const yaml_node_t *a, const yaml_node_t *b)
{
	if (both->depth > DEPTH_MAX || ++both->nodes > NODES_MAX || a->type != b->type ||
		strcmp((const char *)a->tag, (const char *)b->tag) != 0)
		return false;
	if (a->type == YAML_SCALAR_NODE)
		return same_scalars(a, b);
	both->depth++;
	bool good = a->type == YAML_SEQUENCE_NODE ? same_items(both, a, b)
						  : same_pairs(both, a, b, NULL);
	both->depth--;
	return good;
}

static yaml_node_t *section_of(yaml_document_t *document)
{
	yaml_node_t *root = yaml_document_get_root_node(document);
	size_t at = find(document, root, "config");

	return at < count_of(root) ? value_at(document, root, at) : NULL;
}

static bool all_else_same(struct config_file *a, struct config_file *b, const char *name)
{
	struct comparison both = { .a = &a->document, .b = &b->document };

	return same_pairs(&both, yaml_document_get_root_node(both.a),
		       yaml_document_get_root_node(both.b), "config") &&
		same_pairs(&both, section_of(both.a), section_of(both.b), name);
}

static bool has_value(const struct config_file *file, const struct config_value *value)
{
	if (value->key != CONFIG_SCOPES) {
		const char *text = file->values[value->key];
		return value->text ? text && strcmp(text, value->text) == 0 : !text;
	}
	if (file->narrowed != (value->scopes != NULL) || file->scope_count != value->scope_count)
		return false;
	for (size_t i = 0; i < value->scope_count; i++)
		if (strcmp(file->scopes[i], value->scopes[i]) != 0)
			return false;
	return true;
}

/* ---- the change ---- */

/* The start of the line in which it stands, when nothing but spaces is in front. */
static size_t line_of(const struct config_file *file, size_t at)
{
	size_t begin = at;

	while (begin > 0 && file->text[begin - 1] == ' ')
		begin--;
	return begin == 0 || file->text[begin - 1] == '\n' ? begin : at;
}

static size_t next_line(const struct config_file *file, size_t at)
{
	const char *end = memchr(file->text + at, '\n', file->length - at);

	return end ? (size_t)(end - file->text) + 1 : file->length;
}

static void remove_pair(
	struct config_file *file, const yaml_node_t *section, size_t at, struct splice *splice)
{
	yaml_document_t *document = &file->document;
	size_t count = count_of(section);

	splice->begin = begin_of(file, key_at(document, section, at));
	splice->end = end_of(file, value_at(document, section, at));
	if (is_block(section) && count > 1) {
		splice->begin = line_of(file, splice->begin);
		splice->end = next_line(file, splice->end);
	} else if (is_block(section)) {
		splice->before = "{}"; /* readers want a section to be a mapping */
	} else if (at + 1 < count) {
		splice->end = begin_of(file, key_at(document, section, at + 1));
	} else if (at > 0) {
		splice->begin = end_of(file, value_at(document, section, at - 1));
	}
}

/* Into a section that has pairs. */
static void put_pair(
	struct config_file *file, const yaml_node_t *section, size_t at, struct splice *splice)
{
	yaml_document_t *document = &file->document;
	bool exists = at < count_of(section);
	const yaml_node_t *key = key_at(document, section, exists ? at : 0);

	splice->begin = begin_of(file, key);
	splice->end = exists ? end_of(file, value_at(document, section, at)) : splice->begin;
	splice->column = key->start_mark.column;
	if (!exists)
		splice->after = is_block(section) ? "\n" : ", ";
}

/* In place of a section without pairs. */
static void put_section(
	struct config_file *file, const yaml_node_t *root, size_t at, struct splice *splice)
{
	const yaml_node_t *key = key_at(&file->document, root, at);

	splice->begin = offset_of(file, &key->end_mark);
	splice->end = end_of(file, value_at(&file->document, root, at));
	splice->before = is_block(root) ? ":\n" : ": {";
	splice->after = is_block(root) ? "" : "}";
	splice->column = key->start_mark.column + STEP;
}

/* Into a file without a section. */
static void put_file(struct config_file *file, const yaml_node_t *root, struct splice *splice)
{
	bool has_pairs = count_of(root) > 0;

	splice->begin = splice->end = file->length;
	splice->column = STEP;
	splice->before = "config:\n";
	splice->after = "\n";
	if (has_pairs && is_block(root)) {
		splice->begin = splice->end = begin_of(file, root);
	} else if (has_pairs) {
		splice->begin = splice->end = begin_of(file, root) + 1;
		splice->before = "config: {";
		splice->after = "}, ";
	} else if (root) {
		splice->begin = begin_of(file, root);
		splice->end = end_of(file, root);
		splice->after = "";
	}
	if (!has_pairs && splice->begin > 0 && file->text[splice->begin - 1] != '\n')
		splice->before = "\nconfig:\n";
}

/* What to do; whether that is anything, and in which style the entry is. */
static bool plan(struct config_file *file, const struct config_value *value, struct splice *splice,
	bool *flow)
{
	yaml_document_t *document = &file->document;
	yaml_node_t *root = file->loaded ? yaml_document_get_root_node(document) : NULL;
	yaml_node_t *section = root ? section_of(document) : NULL;
	const char *name = config_keys[value->key].name;
	size_t at = section ? find(document, section, name) : 0;

	*splice = (struct splice){ .before = "", .entry = "", .after = "" };
	*flow = count_of(root) > 0 && !is_block(count_of(section) ? section : root);
	if (config_value_is_absent(value) && at == count_of(section))
		return false;
	if (config_value_is_absent(value))
		remove_pair(file, section, at, splice);
	else if (count_of(section))
		put_pair(file, section, at, splice);
	else if (section)
		put_section(file, root, find(document, root, "config"), splice);
	else
		put_file(file, root, splice);
	return true;
}

static void indent(FILE *out, const char *entry, size_t column)
{
	for (; *entry; entry++) {
		fputc(*entry, out);
		if (*entry == '\n')
			fprintf(out, "%*s", (int)column, "");
	}
}

/* The text after the change; for free(). NULL when memory ends. */
static char *apply(const struct config_file *file, const struct splice *splice, size_t *length)
{
	const char *old = file->text ? file->text : "";
	size_t before = strlen(splice->before), after = strlen(splice->after);
	bool starts_line = before && splice->before[before - 1] == '\n';
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	if (!out)
		return NULL;
	fwrite(old, 1, splice->begin, out);
	fputs(splice->before, out);
	fprintf(out, "%*s", starts_line ? (int)splice->column : 0, "");
	indent(out, splice->entry, splice->column);
	fputs(splice->after, out);
	/* what stood here stays in its column */
	if (!starts_line && after && splice->after[after - 1] == '\n')
		fprintf(out, "%*s", (int)splice->column, "");
	fwrite(old + splice->end, 1, file->length - splice->end, out);
	bool good = !ferror(out);
	if (fclose(out) != 0 || !good) {
		free(text);
		return NULL;
	}
	return text;
}

/* The changed text in place of the file's, when it says what it should. */
static int accept(
	struct config_file *file, const struct config_value *value, char *text, size_t length)
{
	struct config_file changed = { .told = true, .quiet = true };

	memcpy(changed.path, file->path, sizeof changed.path);
	int status = config_file_take(&changed, text, length);
	if (status == 0 && has_value(&changed, value) &&
		(!file->loaded || all_else_same(file, &changed, config_keys[value->key].name))) {
		config_file_free(file);
		*file = changed;
		file->quiet = false;
		return 0;
	}
	config_file_free(&changed);
	return usage_error("%s: config.%s cannot be changed here without changing more: change it "
			   "with an editor",
		file->path, config_keys[value->key].name);
}

int config_change(struct config_file *file, const struct config_value *value)
{
	struct splice splice;
	size_t length;
	bool flow;

	if (!plan(file, value, &splice, &flow))
		return 0;
	if (splice.begin > splice.end) /* an alias: its value stands elsewhere */
		return usage_error("%s: config.%s is an alias: change it with an editor",
			file->path, config_keys[value->key].name);
	char *entry = config_value_is_absent(value) ? NULL : config_entry(value, flow);
	if (entry)
		splice.entry = entry;
	else if (!config_value_is_absent(value))
		return failure("memory ended");
	char *text = apply(file, &splice, &length);
	free(entry);
	return text ? accept(file, value, text, length) : failure("memory ended");
}
