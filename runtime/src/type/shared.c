/* SPDX-License-Identifier: MPL-2.0 */
/* The types that all tables share. They stand apart from what reads and writes by them: tables are
 * also for programs that do neither. */
#include <taskcluster/type_table.h>

const struct tc_type tc_type_string = TC_TYPE_OF_TEXT(NULL);
const struct tc_type tc_type_int64 = TC_TYPE_OF_INT64(NULL);
const struct tc_type tc_type_double = TC_TYPE_OF_DOUBLE(NULL);
const struct tc_type tc_type_bool = { .kind = TC_TYPE_BOOL };
const struct tc_type tc_type_json = TC_TYPE_OF_JSON(0);
const struct tc_type tc_type_json_object = TC_TYPE_OF_JSON(TC_JSON_IS(OBJECT));
const struct tc_type tc_type_json_array = TC_TYPE_OF_JSON(TC_JSON_IS(ARRAY));
