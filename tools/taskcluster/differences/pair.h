/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_PAIR_H
#define TC_CLI_DIFFERENCES_PAIR_H

/* Two references, an older and a newer one, and who is told of what differs. */

#include "tools/taskcluster/differences/change.h"

#include <taskcluster/references.h>

struct pair {
	const tc_references *older, *newer;
	struct change_sink *sink;
};

/* Compares a schema of each, which may be NULL: nobody has it. Changes are told as `subject`. */
void pair_compare_schemas(const struct pair *pair, const tc_json *older, const tc_json *newer,
	bool is_read, const struct change *subject);

#endif
