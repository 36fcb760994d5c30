/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Makes of the project's pages, headers and programs what people read: manual pages, and a
 * reference in HTML. It runs while the project is built.
 *
 *	docs-maker help PROGRAM                     what --help printed, on standard input, as a
 *page docs-maker man ROOT PROGRAMS OUT DATE SOURCE docs-maker site ROOT PROGRAMS OUT
 *
 * ROOT is the project's folder, PROGRAMS one with the pages of its programs, OUT where it writes.
 */
#include "docs/maker/help.h"
#include "docs/maker/man.h"
#include "docs/maker/site.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct paths {
	const char **list;
	size_t count;
};

static struct paths find(const char *pattern)
{
	struct paths paths = { 0 };
	glob_t found;
	int rc = glob(pattern, 0, NULL, &found);

	if (rc != 0 && rc != GLOB_NOMATCH)
		die("%s: it cannot be looked through", pattern);
	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++) {
		paths.list = grow(paths.list, &paths.count, sizeof *paths.list);
		paths.list[i] = keep_text(found.gl_pathv[i], strlen(found.gl_pathv[i]));
	}
	if (rc == 0)
		globfree(&found);
	return paths;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return keep_text(name, strlen(name) - (ends(name, ".md") ? 3 : 0));
}

/* ---- the site ---- */

static void add_pages(struct site *site, const char *group, const char *pattern)
{
	struct paths paths = find(keep_printf("%s/%s", site->root, pattern));

	for (size_t i = 0; i < paths.count; i++) {
		const char *path = paths.list[i] + strlen(site->root) + 1;
		if (!site_leaf(site, path))
			site_add_page(site, group, path, paths.list[i]);
	}
}

static void add_programs(struct site *site, const char *folder)
{
	struct paths paths = find(keep_printf("%s/*.md", folder));

	for (size_t i = 0; i < paths.count; i++)
		site_add_page(site, "Programs",
			keep_printf("programs/%s.md", base_name(paths.list[i])), paths.list[i]);
}

static void add_headers(struct site *site, const char *group, const char *house)
{
	struct paths paths = find(keep_printf("%s/%s/include/taskcluster/*.h", site->root, house));

	for (size_t i = 0; i < paths.count; i++)
		site_add_header(site, group, paths.list[i],
			keep_printf("taskcluster/%s", base_name(paths.list[i])));
}

static int make_site(const char *root, const char *programs, const char *out)
{
	struct site site = { .root = root };

	add_pages(&site, "Begin here", "README.md");
	add_pages(&site, "Begin here", "docs/first-call.md");
	add_pages(&site, "Begin here", "docs/api.md");
	add_pages(&site, "Concepts", "docs/api/*.md");
	add_headers(&site, "Services", "generated");
	add_headers(&site, "Headers", "runtime");
	add_headers(&site, "Headers", "workflows");
	add_headers(&site, "Headers", "codegen");
	add_programs(&site, programs);
	add_pages(&site, "Programs", "tools/*/README.md");
	add_pages(&site, "Programs", "codegen/README.md");
	add_pages(&site, "More", "docs/*.md");
	add_pages(&site, "More", "references/*.md");
	add_pages(&site, "More", "findings/README.md");
	add_pages(&site, "More", "*.md");
	site_sort(&site);
	site_write(&site, out);
	printf("%zu pages, %zu names\n", site.leaf_count, site.name_count);
	return 0;
}

/* ---- manual pages ---- */

struct manuals {
	const char *root, *out;
	struct man_name *names;
	size_t count;
};

static void add_manual(struct manuals *manuals, const char *path, const char *file,
	const char *name, const char *section)
{
	manuals->names = grow(manuals->names, &manuals->count, sizeof *manuals->names);
	manuals->names[manuals->count - 1] = (struct man_name){ path, file, name, section };
}

static void add_concepts(struct manuals *manuals)
{
	size_t root = strlen(manuals->root) + 1;
	struct paths paths = find(keep_printf("%s/docs/api/*.md", manuals->root));

	add_manual(manuals, "docs/api.md", keep_printf("%s/docs/api.md", manuals->root),
		"libtaskcluster", "7");
	add_manual(manuals, "docs/first-call.md",
		keep_printf("%s/docs/first-call.md", manuals->root), "libtaskcluster-first-call",
		"7");
	for (size_t i = 0; i < paths.count; i++)
		add_manual(manuals, paths.list[i] + root, paths.list[i],
			keep_printf("libtaskcluster-%s", base_name(paths.list[i])), "7");
}

static void add_program_manuals(struct manuals *manuals, const char *folder)
{
	struct paths paths = find(keep_printf("%s/*.md", folder));

	for (size_t i = 0; i < paths.count; i++) {
		const char *name = base_name(paths.list[i]);
		add_manual(manuals, keep_printf("programs/%s.md", name), paths.list[i], name, "1");
	}
}

/* The page in the program's folder, for its users; those of others are for who works on them. */
static struct page *page_beside(const struct manuals *manuals, const struct man_name *name)
{
	static const char *const pages[][2] = { { "taskcluster", "tools/taskcluster/README.md" },
		{ "taskcluster-livelog", "tools/livelog/README.md" },
		{ "taskcluster-proxy", "tools/proxy/README.md" },
		{ "taskcluster-worker", "tools/worker/README.md" } };

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		if (strcmp(name->name, pages[i][0]) != 0)
			continue;
		struct page *page = page_read(keep_printf("%s/%s", manuals->root, pages[i][1]));
		page->path = pages[i][1];
		return page;
	}
	return NULL;
}

static void write_manual(
	const struct manuals *manuals, size_t at, const char *date, const char *source)
{
	const struct man_name *name = &manuals->names[at];
	struct page *parts[2] = { page_read(name->file), page_beside(manuals, name) };
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);
	const char *folder = keep_printf("%s/man%s", manuals->out, name->section);

	parts[0]->path = name->path;
	man_write(&out,
		&(struct man_page){ .name = name->name,
			.section = name->section,
			.date = date,
			.source = source,
			.parts = parts,
			.part_count = parts[1] ? 2 : 1,
			.names = manuals->names,
			.name_count = manuals->count });
	mkdir(folder, 0777);
	write_file(keep_printf("%s/%s.%s", folder, name->name, name->section), &out);
}

static int make_manuals(char **arguments)
{
	struct manuals manuals = { .root = arguments[0], .out = arguments[2] };

	add_concepts(&manuals);
	add_program_manuals(&manuals, arguments[1]);
	for (size_t i = 0; i < manuals.count; i++)
		write_manual(&manuals, i, arguments[3], arguments[4]);
	printf("%zu manual pages\n", manuals.count);
	return 0;
}

static int make_help(const char *program)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);

	help_write(&out, program, read_file("/dev/stdin"));
	write_file("/dev/stdout", &out);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "help") == 0)
		return make_help(argv[2]);
	if (argc == 5 && strcmp(argv[1], "site") == 0)
		return make_site(argv[2], argv[3], argv[4]);
	if (argc == 7 && strcmp(argv[1], "man") == 0)
		return make_manuals(argv + 2);
	die("usage: docs-maker help PROGRAM | man ROOT PROGRAMS OUT DATE SOURCE | "
	    "site ROOT PROGRAMS OUT");
}
