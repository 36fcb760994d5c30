/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_ROW_TYPES_H
#define TC_TESTS_ROW_TYPES_H

/* Lists whose items come as rows, in the member "rows", with the names of their columns in
 * "columns". */

#include <taskcluster/conventions.h>
#include <taskcluster/operation.h>
#include <taskcluster/type.h>

struct row {
	int64_t id;
	const char *name;
	const tc_json *other_members;
};

struct rows { /* of each of the lists */
	const struct row *rows;
	size_t rows_count;
};

extern const struct tc_envelope row_envelope;

/* With rows that keep what has no field, or do not, or are free-form. */
extern const struct tc_operation row_list_open, row_list_closed, row_list_free;

#endif
