/* SPDX-License-Identifier: MPL-2.0 */
#include "docs/maker/site.h"

#include <stdlib.h>
#include <string.h>

static struct leaf *add_leaf(
	struct site *site, const char *group, const char *path, const char *file)
{
	site->leaves = grow(site->leaves, &site->leaf_count, sizeof *site->leaves);
	struct leaf *leaf = &site->leaves[site->leaf_count - 1];
	*leaf = (struct leaf){ .group = group, .title = path, .path = path, .file = file };
	return leaf;
}

/* "docs/api/call.md" is api-call.html, a folder's README.md is called as the folder. */
static const char *page_file(const char *path)
{
	if (strcmp(path, "README.md") == 0)
		return "index.html";
	path += begins(path, "docs/") ? strlen("docs/") : 0;
	path += begins(path, "programs/") ? strlen("programs/") : 0;
	size_t length = strlen(path) - strlen(ends(path, "/README.md") ? "/README.md" : ".md");
	char *name = keep(length + 1);
	for (size_t i = 0; i < length; i++)
		name[i] = path[i] == '/' ? '-' : path[i];
	return keep_printf("%s.html", name);
}

void site_add_page(struct site *site, const char *group, const char *path, const char *from)
{
	struct leaf *leaf = add_leaf(site, group, path, page_file(path));

	leaf->page = page_read(from);
	leaf->page->path = path;
	for (size_t i = 0; i < leaf->page->count; i++) {
		const struct block *block = &leaf->page->blocks[i];
		if (block->kind == BLOCK_HEADING && block->level == 1) {
			leaf->title = spans_plain(block->text);
			return;
		}
	}
	die("%s: it has no heading of its own (\"# …\")", path);
}

static void add_names(struct site *site, const char *file, const struct piece *piece)
{
	for (size_t i = 0; i < piece->name_count; i++) {
		site->names = grow(site->names, &site->name_count, sizeof *site->names);
		site->names[site->name_count - 1] = (struct name){ piece->names[i].name, file,
			piece->comment ? piece->comment : "", piece->names[i].is_weak };
	}
}

void site_add_header(struct site *site, const char *group, const char *path, const char *name)
{
	const char *file = keep_printf("%s.html", strrchr(name, '/') + 1);
	struct leaf *leaf = add_leaf(site, group, name, file);

	leaf->source = source_read(path, name);
	for (size_t i = 0; i < leaf->source->count; i++)
		add_names(site, file, &leaf->source->pieces[i]);
}

/* Of those of one name the first is the one that says most. */
static int compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;
	int names = strcmp(a->name, b->name);

	if (names)
		return names;
	if (a->is_weak != b->is_weak)
		return a->is_weak ? 1 : -1;
	return strcmp(a->file, b->file);
}

void site_sort(struct site *site)
{
	size_t count = 0;

	qsort(site->names, site->name_count, sizeof *site->names, compare);
	for (size_t i = 0; i < site->name_count; i++) {
		if (!count || strcmp(site->names[count - 1].name, site->names[i].name) != 0)
			site->names[count++] = site->names[i];
	}
	site->name_count = count;
}

static int compare_key(const void *key, const void *item)
{
	return strcmp(key, ((const struct name *)item)->name);
}

const struct name *site_find(const struct site *site, const char *name)
{
	return bsearch(name, site->names, site->name_count, sizeof *site->names, compare_key);
}

const struct leaf *site_leaf(const struct site *site, const char *path)
{
	for (size_t i = 0; i < site->leaf_count; i++) {
		if (strcmp(site->leaves[i].path, path) == 0)
			return &site->leaves[i];
	}
	return NULL;
}
