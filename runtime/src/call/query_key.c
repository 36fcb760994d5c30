/* SPDX-License-Identifier: MPL-2.0 */
/* Apart from what adds to calls: a program that calls nothing asks this, too. */
#include <taskcluster/query.h>

#include "runtime/src/operation/query_key.h"

bool tc_query_has_key(const struct tc_operation *operation, const char *key)
{
	return operation && key && tc__query_has_key(operation, key);
}
