/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SCHEMA_JUDGED_H
#define TC_TESTS_SCHEMA_JUDGED_H

/* A schema that was vetted, and what it says of values. */

#include "tools/schema/validate.h"

struct judged {
	struct schemas schemas;
	struct schema schema;
	tc_error err;       /* when it is none */
	char notes[2000];   /* lines */
	char problem[2000]; /* the last one, "POINTER: SENTENCE", or why there is no verdict */
};

/* The schema is copied. Close it in any case. */
void judged_open(struct judged *judged, const tc_json *schema);
enum verdict judged_say(struct judged *judged, const tc_json *value);
void judged_close(struct judged *judged);

#endif
