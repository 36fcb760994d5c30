/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_OPTIONS_H
#define TC_RUNTIME_OPTIONS_H

/*
 * Structs that a caller fills and that may grow from version to version. Their first member is
 * `size_t size`, set by an INIT macro to what the caller's headers know, and zero is the default of
 * every other. New members go to the end, and never into padding that was there before: nobody
 * says what padding holds.
 */

#include "runtime/src/base/error.h"

/*
 * Copies a caller's struct to `known`, which is this library's, `known_size` bytes long:
 *
 *	struct tc_x_options known;
 *	int rc = tc__options_read(options, &known, sizeof known, "options", "TC_X_OPTIONS_INIT",
 * err);
 *
 * Members that a shorter one lacks are zero. A longer one is taken when all that is unknown here
 * is zero; else it holds wishes that would be dropped silently, and is refused. NULL gives the
 * defaults. Nothing beyond the given size is read. known->size becomes `known_size`, also when it
 * is refused (with TC_ERROR_ARGUMENT, `what` being what the caller calls it).
 */
int tc__options_read(const void *given, void *known, size_t known_size, const char *what,
	const char *init_name, tc_error *err);

/* A time in one of them: how long an attempt or a silence may last, in ms that libcurl can count,
 * or how long all of it may, which can be any time. 0 is the default. TC_ERROR_ARGUMENT. */
int tc__check_timeout(const char *name, int64_t ms, tc_error *err);
int tc__check_deadline(int64_t deadline_ms, tc_error *err);

#endif
