/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_TRANSLATION_H
#define TC_CLI_D2G_TRANSLATION_H

/* A payload of docker-worker on its way to be one of generic-worker; what its parts share. */

#include "runtime/src/base/buffer.h"
#include "tools/taskcluster/d2g/members.h"

struct translation {
	const tc_json *payload; /* docker-worker's, and right (check.h) */
	/* its objects by name; NULL without memory */
	struct member *artifacts, *caches, *env;
	tc_json_builder *json;  /* generic-worker's */
	struct tc__buffer text; /* of a string that is made up */
};

/* A flag of the payload; `otherwise` where it is absent. */
bool translation_flag(const struct translation *translation, const char *pointer, bool otherwise);

/* Adds a string of the payload to the text. */
void translation_append(struct translation *translation, const tc_json *string);

/* Adds the text to the JSON as a string; it is empty again. */
void translation_flush(struct translation *translation);

/* Adds a member with a text of the payload; an empty one counts as none. */
void translation_name(struct translation *translation, const char *member, const tc_json *text);

#endif
