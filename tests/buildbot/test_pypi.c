/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Every function against the Buildbots of other versions (versions.h), such as the newest and the
 * oldest: TC_BUILDBOT_VENV is a virtual environment of python3 with buildbot[bundle] and
 * buildbot-worker, or several, with colons between them. Nothing is installed. With
 * TC_BUILDBOT_TABLE it prints the table of docs/other-systems.md; without it the one that is there
 * must be the same, if it is of these versions.
 */
#include "tests/harness/test.h"

#include "tests/buildbot/versions.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/registry.h>

#define VERSIONS_MAX 8

static struct version versions[VERSIONS_MAX];
static size_t version_count;

static bool try_each(char *folders)
{
	bool fine = true;

	for (char *rest = folders, *folder; (folder = strtok_r(rest, ":", &rest));) {
		struct version *version = &versions[version_count];
		if (version_count == VERSIONS_MAX || !version_try(folder, version)) {
			fprintf(stderr, "%s: no Buildbot, or one too many\n", folder);
			return false;
		}
		printf("Buildbot %s: %zu functions are not as they should be\n", version->name,
			version->wrong);
		fine &= version->wrong == 0;
		version_count++;
	}
	return fine;
}

/* ---- the table ---- */

static bool is_alike(size_t a, size_t b)
{
	for (size_t i = 0; i < version_count; i++)
		if (versions[i].outcomes[a] != versions[i].outcomes[b])
			return false;
	return true;
}

static bool works_everywhere(size_t function)
{
	for (size_t i = 0; i < version_count; i++)
		if (versions[i].outcomes[function] != OUTCOME_WORKS)
			return false;
	return true;
}

static void print_outcomes(FILE *out, size_t function)
{
	static const char *const words[] = { "", "yes", "–", "fails" };

	for (size_t i = 0; i < version_count; i++)
		fprintf(out, " | %s", words[versions[i].outcomes[function]]);
	fputs(" |\n", out);
}

/* Functions that are alike, in a row; those that work everywhere go by their number. */
static void print_row(FILE *out, const struct tc_service *service, size_t first)
{
	size_t count = 0;
	bool everywhere = works_everywhere(first);

	for (size_t i = 0; i < first; i++)
		if (is_alike(i, first))
			return;
	for (size_t i = first; i < service->operation_count; i++) {
		if (!is_alike(i, first))
			continue;
		if (!everywhere)
			fprintf(out, "%s%s", count ? ", " : "| ", service->operations[i].name);
		count++;
	}
	if (everywhere)
		fprintf(out, "| %zu others", count);
	print_outcomes(out, first);
}

static void print_head(FILE *out)
{
	fputs("| functions", out);
	for (size_t i = 0; i < version_count; i++)
		fprintf(out, " | %s", versions[i].name);
	fputs(" |\n", out);
}

static void print_table(FILE *out)
{
	const struct tc_service *service = tc_find_service("buildbot");

	print_head(out);
	for (size_t i = 0; i <= version_count; i++)
		fputs("|---", out);
	fputs("|\n", out);
	for (int everywhere = 0; everywhere < 2; everywhere++)
		for (size_t i = 0; i < service->operation_count; i++)
			if (works_everywhere(i) == (everywhere != 0))
				print_row(out, service, i);
}

static char *text_of(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	print(out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Whether the page's table, if it is of these versions, is what they are. */
static bool is_told(void)
{
	char *page = tc_test_read_file("docs/other-systems.md", NULL);
	char *head = text_of(print_head), *table = text_of(print_table);
	bool fine = !strstr(page, head) || strstr(page, table);

	if (!fine)
		fprintf(stderr, "docs/other-systems.md has another table than\n%s", table);
	free(page);
	free(head);
	free(table);
	return fine;
}

int main(void)
{
	const char *folders = getenv("TC_BUILDBOT_VENV");

	if (!folders || !*folders) {
		puts("TC_BUILDBOT_VENV is not set: no other versions of Buildbot are tried");
		return 77;
	}
	char *copy = strdup(folders);
	bool fine = copy && try_each(copy);
	if (fine && getenv("TC_BUILDBOT_TABLE"))
		print_table(stdout);
	else if (fine)
		fine = is_told();
	free(copy);
	for (size_t i = 0; i < version_count; i++)
		version_clear(&versions[i]);
	return !fine;
}
