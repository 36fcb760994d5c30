/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/references/bundle.h"

#include "runtime/src/base/buffer.h"
#include "tests/harness/test.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct tc__buffer bundle;
static size_t tree_length;
static const char *only; /* "/queue/", or NULL */

static int add_file(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
	size_t length = strlen(path);

	(void)status, (void)ftw;
	if (kind != FTW_F || length < 5 || strcmp(path + length - 5, ".json") != 0)
		return 0;
	if (only && !strstr(path, only))
		return 0;
	char *text = tc_test_read_file(path, NULL);
	tc__buffer_printf(&bundle,
		"%s{\"filename\":\"%s\",\"content\":", bundle.length > 1 ? "," : "",
		path + tree_length + 1);
	tc__buffer_text(&bundle, text);
	tc__buffer_char(&bundle, '}');
	free(text);
	return 0;
}

static char *bundle_files(const char *tree, size_t *length)
{
	bundle = TC__BUFFER(SIZE_MAX / 2);
	tree_length = strlen(tree);
	tc__buffer_char(&bundle, '[');
	assert_int_equal(nftw(tree, add_file, 16, FTW_PHYS), 0);
	tc__buffer_char(&bundle, ']');
	*length = bundle.length;
	char *text = malloc(bundle.length + 1);
	assert_non_null(text);
	memcpy(text, tc__buffer_get(&bundle), bundle.length + 1);
	tc__buffer_clear(&bundle);
	return text;
}

char *bundle_tree(const char *tree, size_t *length)
{
	only = NULL;
	return bundle_files(tree, length);
}

char *bundle_service(const char *tree, const char *service, size_t *length)
{
	char folder[64];

	snprintf(folder, sizeof folder, "/%s/", service);
	only = folder;
	char *text = bundle_files(tree, length);
	only = NULL;
	return text;
}

char *bundle_of(const char *api, const char *more, size_t *length)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 2);

	tc__buffer_printf(&text,
		"[{\"filename\":\"references/queue/v1/api.json\",\"content\":{\"$schema\":"
		"\"/schemas/common/api-reference-v0.json#\",\"serviceName\":\"queue\","
		"\"apiVersion\":\"v1\",");
	tc__buffer_text(&text, api);
	tc__buffer_text(&text, "}}");
	tc__buffer_text(&text, more);
	tc__buffer_char(&text, ']');
	*length = text.length;
	char *taken = tc__buffer_take(&text);
	assert_non_null(taken);
	return taken;
}

char *bundle_function(const char *name, const char *members)
{
	struct tc__buffer api = TC__BUFFER(SIZE_MAX / 2);
	size_t length;

	tc__buffer_printf(&api, "\"entries\":[{\"type\":\"function\",\"name\":\"%s\",", name);
	tc__buffer_text(&api, members);
	tc__buffer_text(&api, "}]");
	char *text = bundle_of(tc__buffer_get(&api), "", &length);
	tc__buffer_clear(&api);
	return text;
}
