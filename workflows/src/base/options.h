/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_OPTIONS_H
#define TC_WORKFLOWS_OPTIONS_H

/* Structs of options that begin with their size, and what is checked of them everywhere. */

#include <taskcluster/error.h>

/* What this version knows of options that were made with another one's headers: what shorter ones
 * lack is zero, the default, and in longer ones all that is unknown must be zero. `given` NULL: all
 * of it. `size` is that of *known, `init` the macro that callers begin with. */
int tc__workflow_options(
	const void *given, void *known, size_t size, const char *init, tc_error *err);

/* The same for a struct of another name than "options". */
int tc__workflow_struct(const char *name, const void *given, void *known, size_t known_size,
	const char *init, tc_error *err);

/* What must be given: TC_ERROR_ARGUMENT names the first that is not. */
struct tc__needed {
	const char *name;
	bool given;
};
int tc__check_needed(const struct tc__needed *needed, size_t count, tc_error *err);

/* A time or number that may not be negative. */
int tc__workflow_check(const char *name, int64_t value, tc_error *err);

#endif
