/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_OPTIONS_H
#define TC_RUNTIME_OPTIONS_H

/* Option structs begin with the size that they had where the caller was compiled. */

#include "runtime/src/base/error.h"

/*
 * Copies what the caller gave into a struct as this library knows it: members that are missing are
 * zero, the default; what this library does not know has to be zero. NULL gives the defaults.
 * TC_ERROR_ARGUMENT names `what`, and the macro that it has to begin with.
 */
int tc__options_read(const void *given, void *known, size_t known_size, const char *what,
	const char *init_name, tc_error *err);

#endif
