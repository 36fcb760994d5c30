/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_NAME_H
#define TC_CODEGEN_NAME_H

/*
 * Names: which ones references may give, and what they become in C. The rules are written down for
 * users in codegen/README.md.
 */

#include "codegen/src/input/node.h"
#include "codegen/src/input/table.h"

#define NAME_SERVICE_MAX 32
#define NAME_MAX 64

/* Whether a service may be called so: [a-z][a-z0-9_-]*, at most NAME_SERVICE_MAX characters. */
bool name_is_service(const char *name);

/* Whether a function, an exchange or an argument may be called so: [A-Za-z][A-Za-z0-9_]*, at most
 * NAME_MAX characters. */
bool name_is_identifier(const char *name);

/* The same for the key of a query, which may also contain "-" and ".". */
bool name_is_key(const char *name);

/* camelCase, kebab-case or dotted.case as snake_case, without double underscores (C++ reserves
 * them): azureTableSAS -> azure_table_sas, listRoles2 -> list_roles2. NULL when memory ends. */
char *name_snake(struct tc__arena *arena, const char *name);

/* The same with separator "-": PurgeCache -> purge-cache. */
char *name_kebab(struct tc__arena *arena, const char *name);

/* The name of a parameter or a struct member: name_snake(), with "_" behind it where C, C++, the C
 * library or the generated functions themselves already use that name. */
char *name_parameter(struct tc__arena *arena, const char *name);

/* The first word of a C name that the runtime or another library has taken, or NULL: a service
 * "json" or "json-lines" would generate names among the runtime's tc_json_…. */
const char *name_taken(const char *c_name);

/*
 * All C names that the output defines, each with the place it comes from (name_place), so that no
 * two things get the same. Fails at `node` when the name is there already.
 */
struct names {
	struct table table;
};
TC_PRINTF(5, 6)
int name_claim(struct names *names, const struct node *node, const char *place, tc_error *err,
	const char *format, ...);

/* Where a node stands, as text for later messages that lives as long as the names; NULL when memory
 * ends. */
const char *name_place(struct names *names, const struct node *node);

/* Whether a name is not there yet, and adds it without a place; false when memory ends. */
bool name_is_free(const struct names *names, const char *name);
bool name_add(struct names *names, const char *name, const char *place);

#endif
