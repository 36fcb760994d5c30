/* SPDX-License-Identifier: MPL-2.0 */
/* Any body of the sandbox. What was JSON before it is mended is the same JSON after it; what comes
 * of the rest is mended as far as it goes, and mending it once more changes nothing. And any date.
 */
#include "tests/harness/test.h"

#include "tools/sandbox/request/mend.h"
#include "tools/schema/date.h"

#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <taskcluster/json.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static const tc_json *parse(const char *text, size_t size)
{
	const tc_json *json = NULL;

	return tc_json_parse(text, size, &json, NULL) == TC_OK ? json : NULL;
}

/* Where the library reads a date as well, it is the same. */
static void check_date(const char *text)
{
	struct timespec when;
	int64_t ms;

	if (date_read(text, &ms) != DATE_READ)
		return;
	require(ms > -62300000000000 && ms < 253500000000000); /* the years 0 to 9999 */
	if (tc_date_parse(text, &when, NULL) == TC_OK)
		require(ms == (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const tc_json *before = parse((const char *)data, size);
	char *text = malloc(size + 1);
	char *again = malloc(size + 1);

	require(text && again);
	memcpy(text, data, size);
	text[size] = again[size] = '\0';
	check_date(text);
	mend_escapes(text, size);
	require(mend_names(text, size));
	const tc_json *after = parse(text, size);
	require(!before || tc_json_equal(before, after));
	memcpy(again, text, size);
	mend_escapes(again, size);
	require(mend_names(again, size));
	require(memcmp(again, text, size) == 0);
	tc_release(before);
	tc_release(after);
	free(text);
	free(again);
	return 0;
}
