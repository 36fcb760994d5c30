/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_ROWS_TYPES_H
#define TC_CODEGEN_ROWS_TYPES_H

/*
 * Shapes as the codec's tables (taskcluster/type_table.h): those that emit writes as C, made at run
 * time. Their structs lie as a compiler lays them out, though no program has their declarations.
 */

#include "codegen/src/shape/shape.h"
#include <taskcluster/type_table.h>

/* A pattern, which the runtime compiles when it is first used. */
struct types_pattern {
	struct tc_pattern pattern;
	struct types_pattern *next;
};

/* Memory that ends is told at the end. Starts as { .arena = …, .by_source = { .arena = … } }. */
struct types {
	struct tc__arena *arena;
	struct table by_source; /* patterns */
	struct types_pattern *patterns;
	bool no_memory;
};

/* Makes the tables of a service's shapes, after shape_make. */
void types_make(struct types *types, const struct service *service);

/* That of a root; NULL for NULL. */
const struct tc_type *types_of(const struct shape *root);

/* Frees what was compiled. */
void types_clear(struct types *types);

#endif
