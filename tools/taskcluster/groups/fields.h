/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_FIELDS_H
#define TC_CLI_GROUPS_FIELDS_H

/* What a task of a group consists of, by the names of the queue's schemas. */

#include <stddef.h>

struct field {
	const char *name;           /* NULL ends a table; in `field_any` it has none */
	const struct field *fields; /* of an object; NULL: it has none */
};

/* A task as listTaskGroup gives it: "status" and "task". */
extern const struct field field_root;

/* What lies in free-form JSON, by whatever name. */
extern const struct field field_any;

/* Steps from *field to what the name, in any case, is in it. 0, or STATUS_USAGE after telling. */
int field_find(const struct field **field, const char *name, size_t length);

#endif
