/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_OPERATION_H
#define TC_RUNTIME_OPERATION_H

/* An operation's route filled in. */

#include "runtime/src/base/buffer.h"
#include <taskcluster/operation.h>

/*
 * Appends the route with every `<argument>` replaced by its value, percent-encoded, `/` included.
 * `arguments` has operation->argument_count texts in that order. Refused by name: NULL, empty, "."
 * and ".." (which HTTP clients and servers take out of a path).
 */
int tc__operation_path(const struct tc_operation *operation, const char *const *arguments,
	struct tc__buffer *url, tc_error *err);

#endif
