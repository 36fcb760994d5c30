/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_ROWS_H
#define TC_CODEGEN_ROWS_H

/*
 * A model as the constant rows of taskcluster/operation.h, at run time: those that emit writes as C
 * but for what conventions say of an operation or an exchange, which is left to who makes them.
 */

#include "codegen/src/rows/types.h"
#include <taskcluster/operation.h>

/* A service's rows, which lie in the model's arena and point into its inputs. */
struct service_rows {
	struct tc_service row;
	const struct service *service; /* whose operations and exchanges are in the same order */
	struct tc_operation *operations;
	struct tc_exchange *exchanges;
};

struct rows {
	const struct tc_service **list; /* by name */
	struct service_rows *services;  /* the same */
	size_t count;
	struct types types;
};

/* Makes the rows of all services. Clear them also after a failure, and before the model. */
int rows_make(struct model *model, struct rows *rows, tc_error *err);

void rows_clear(struct rows *rows);

#endif
