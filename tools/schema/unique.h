/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_UNIQUE_H
#define TC_SCHEMA_UNIQUE_H

#include <stdbool.h>
#include <taskcluster/json.h>

/* Whether no item of an array is there twice, by the values of numbers and in whatever order
 * members are. It takes the time of sorting. True also when memory ends. */
bool unique_items(const tc_json *array);

#endif
