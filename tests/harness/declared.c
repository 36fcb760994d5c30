/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/declared.h"

#include "tests/harness/test.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void without_comments(char *text)
{
	for (char *at = text; (at = strstr(at, "/*"));) {
		char *end = strstr(at, "*/");
		assert_non_null(end);
		memset(at, ' ', (size_t)(end + 2 - at));
	}
}

/* What stands before the parameters; false: it has none, and is no function. */
static bool name_it(struct tc_declared *declared)
{
	const char *end = strchr(declared->text, '(');

	if (end && strstr(declared->text, "TC_PRINTF("))
		end = strchr(strchr(end, ')'), '(');
	if (!end)
		return false;
	const char *begin = end;
	while (strchr("abcdefghijklmnopqrstuvwxyz0123456789_", begin[-1]))
		begin--;
	snprintf(declared->name, sizeof declared->name, "%.*s", (int)(end - begin), begin);
	return true;
}

static void read_header(const char *path, tc_declared_fn *each, void *data)
{
	char *text = tc_test_read_file(path, NULL);

	without_comments(text);
	for (char *at = text; (at = strstr(at, "\nTC_API "));) {
		struct tc_declared declared = { .path = path, .text = at };
		char *end = strchr(at, ';');
		assert_non_null(end);
		*end = '\0';
		if (name_it(&declared))
			each(data, &declared);
		at = end + 1;
	}
	free(text);
}

/* The component that a header belongs to; NULL: the library itself. */
static const char *component_of(const char *path)
{
	if (strstr(path, "/pulse"))
		return "pulse";
	return strstr(path, "/references.h") ? "references" : NULL;
}

static bool is_of(const char *path, const char *component)
{
	const char *own = component_of(path);

	return own && component ? strcmp(own, component) == 0 : !own && !component;
}

void tc_declared_each(const char *component, tc_declared_fn *each, void *data)
{
	glob_t paths = { 0 };

	assert_int_equal(glob("runtime/include/taskcluster/*.h", 0, NULL, &paths), 0);
	assert_int_equal(glob("workflows/include/taskcluster/*.h", GLOB_APPEND, NULL, &paths), 0);
	assert_int_equal(glob("codegen/include/taskcluster/*.h", GLOB_APPEND, NULL, &paths), 0);
	for (size_t i = 0; i < paths.gl_pathc; i++)
		if (is_of(paths.gl_pathv[i], component))
			read_header(paths.gl_pathv[i], each, data);
	globfree(&paths);
}

bool tc_declared_takes_error(const struct tc_declared *declared)
{
	const char *at = declared->text;

	while ((at = strstr(at, "tc_error *"))) {
		if (strncmp(at - 6, "const ", 6) != 0)
			return true;
		at++;
	}
	return false;
}
