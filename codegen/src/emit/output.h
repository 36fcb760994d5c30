/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_OUTPUT_H
#define TC_CODEGEN_OUTPUT_H

/* Generated files and what lies in the output folder. */

#include "codegen/src/emit/emit.h"

struct output_report {
	size_t written, removed; /* by output_write */
	size_t differing;        /* by output_check: what output_write would change */
};

/*
 * Makes the folder hold exactly these files. Each is replaced as a whole, and only where its text
 * changes; files of earlier runs (they bear EMIT_MARK in their first line) that are not among them
 * are removed. A file that the generator did not write is never touched: it is an error to need its
 * name. All new texts are on the disk before the first file is replaced.
 */
int output_write(const struct emit_output *output, const char *folder, struct output_report *report,
	tc_error *err);

/* Only compares: prints a line to standard output for each file that is missing, differs or is
 * stale. */
int output_check(const struct emit_output *output, const char *folder, struct output_report *report,
	tc_error *err);

#endif
