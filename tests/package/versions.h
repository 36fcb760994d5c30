/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_VERSIONS_H
#define TC_TESTS_VERSIONS_H

/* What the programs of test_versions.sh share, each of which includes it once: it wishes for what
 * the library cannot know when it was built against newer headers (NEWER) and told to. */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <taskcluster/error.h>

#ifdef NEWER
#define WISH(options) ((options).tc_newer[1] = wishes)
#else
#define WISH(options) ((void)0)
#endif

static bool wishes;
static int failures;

/* With a wish each is refused, and without one it works. */
static bool works(const char *what, tc_error *err)
{
	const char *newer = "the program was built against a newer version than this library";
	bool fine = wishes ? err->code == TC_ERROR_ARGUMENT && strstr(tc_error_text(err), newer)
			   : err->code == TC_OK;

	if (!fine) {
		fprintf(stderr, "%s: %d, %s\n", what, err->code, tc_error_text(err));
		failures++;
	}
	tc_error_clear(err);
	return fine && !wishes;
}

static void expect(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "not so: %s\n", what);
	failures++;
}

#endif
