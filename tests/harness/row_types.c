/* SPDX-License-Identifier: MPL-2.0 */
#include "row_types.h"

#include <stddef.h>
#include <taskcluster/type_table.h>

static const struct tc_field row_fields[] = {
	TC_FIELD(struct row, id, "id", &tc_type_int64, TC_REQUIRED),
	TC_FIELD(struct row, name, "name", &tc_type_string, 0),
};
static const struct tc_type open_row =
	TC_TYPE_OF_OPEN_OBJECT(struct row, other_members, row_fields, NULL);
static const struct tc_type closed_row = TC_TYPE_OF_OBJECT(struct row, row_fields, NULL);
static const struct tc_type open_list = TC_TYPE_OF_ARRAY(struct row, &open_row, 0, NULL);
static const struct tc_type closed_list = TC_TYPE_OF_ARRAY(struct row, &closed_row, 0, NULL);
static const struct tc_type free_list = TC_TYPE_OF_ARRAY(const tc_json *, &tc_type_json, 0, NULL);
static const struct tc_field open_fields[] = {
	TC_FIELD(struct rows, rows, "rows", &open_list, TC_REQUIRED),
};
static const struct tc_field closed_fields[] = {
	TC_FIELD(struct rows, rows, "rows", &closed_list, TC_REQUIRED),
};
static const struct tc_field free_fields[] = {
	TC_FIELD(struct rows, rows, "rows", &free_list, TC_REQUIRED),
};
static const struct tc_type open_reply = TC_TYPE_OF_OBJECT(struct rows, open_fields, NULL);
static const struct tc_type closed_reply = TC_TYPE_OF_OBJECT(struct rows, closed_fields, NULL);
static const struct tc_type free_reply = TC_TYPE_OF_OBJECT(struct rows, free_fields, NULL);

const struct tc_envelope row_envelope = { .items = "rows", .rows = "columns" };
static const struct tc_operation_conventions conventions = { .envelope = &row_envelope };
static const struct tc_conventions system_conventions = { .accept = NULL };
static const struct tc_service service = { .name = "s", .conventions = &system_conventions };
#define LIST(type) \
	{ \
		.service = &service, .name = "list", .output = (type), .conventions = &conventions \
	}
const struct tc_operation row_list_open = LIST(&open_reply);
const struct tc_operation row_list_closed = LIST(&closed_reply);
const struct tc_operation row_list_free = LIST(&free_reply);
