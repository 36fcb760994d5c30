/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_OUTPUT_H
#define TC_WORKFLOWS_OUTPUT_H

/* Where a download goes: a file that is not whole yet, a sink of the caller's, or memory. */

#include "workflows/src/disk/partial.h"
#include <taskcluster/download.h>

enum tc__output_kind { TC__OUTPUT_MEMORY, TC__OUTPUT_FILE, TC__OUTPUT_SINK };

struct tc__output {
	enum tc__output_kind kind;
	struct tc__partial file; /* TC__OUTPUT_FILE */
	struct tc_sink sink;     /* TC__OUTPUT_SINK */
	bool begun;              /* the sink was told of a head */
	char *bytes;             /* TC__OUTPUT_MEMORY; for tc_release */
	size_t size, max;        /* room, and how much there may be */
	int64_t length;          /* bytes in memory, or given to the sink */
};

/* A reply's bytes begin: from the beginning (`anew`: what was there counts for nothing), or behind
 * what is there. */
int tc__output_begin(struct tc__output *output, tc_response *head, bool anew, tc_error *err);

/* Bytes for a place; memory and sinks take them only one after the other. */
int tc__output_write(
	struct tc__output *output, int64_t at, const void *bytes, size_t length, tc_error *err);

/* There are no more: memory has its NUL, also when nothing came. */
int tc__output_end(struct tc__output *output, tc_error *err);

/* Whether memory or a sink has bytes already. */
bool tc__output_holds(const struct tc__output *output);

/* Whether it can begin from the beginning again. */
bool tc__output_restarts(const struct tc__output *output);

void tc__output_close(struct tc__output *output, bool drop);

#endif
