/* SPDX-License-Identifier: MPL-2.0 */
/* Nothing in Taskcluster's own schemas is beyond what is understood: the sandbox and the worker
 * take them without looking. */
#include "tests/harness/test.h"

#include "tools/schema/vet.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TREE "references/taskcluster"

static size_t vetted;

static const tc_json *read_schema(const char *path)
{
	char name[1024];
	size_t length;
	const tc_json *json = NULL;

	snprintf(name, sizeof name, TREE "%s", path);
	char *text = tc_test_read_file(name, &length);
	assert_ok(tc_json_parse(text, length, &json, NULL), NULL);
	free(text);
	return json;
}

/* They refer to each other by their paths. */
static int fetch(
	void *data, const char *from, const char *location, const tc_json **json, tc_error *err)
{
	(void)data, (void)from, (void)err;
	*json = read_schema(location);
	return TC_OK;
}

static void take_note(void *data, const char *place, const char *text)
{
	(void)data;
	/* of these more is said beside a $ref than counts, for those who read it */
	if (!strstr(text, "beside $ref"))
		fail_msg("%s %s", place, text);
}

static void vet_one(const char *path)
{
	tc_error err = TC_ERROR_INIT;
	struct schemas schemas = { .fetch = fetch, .note = take_note, .err = &err };
	struct schema schema;

	assert_ok(vet(&schemas, path, read_schema(path), &schema), &err);
	vetted++;
	schemas_clear(&schemas);
}

static void vet_below(const char *folder)
{
	char name[1024];
	struct dirent **entries;
	int count;

	snprintf(name, sizeof name, TREE "%s", folder);
	count = scandir(name, &entries, NULL, alphasort);
	if (count < 0) {
		vet_one(folder);
		return;
	}
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof name, "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			vet_below(name);
		free(entries[i]);
	}
	free(entries);
}

static void test_all_are_understood(void **state)
{
	(void)state;
	vet_below("/schemas");
	assert_true(vetted >= 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all_are_understood) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
