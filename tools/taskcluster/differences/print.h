/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_PRINT_H
#define TC_CLI_DIFFERENCES_PRINT_H

/* Changes on standard output, as they are found: for people below headings, as JSON a line each. */

#include "tools/taskcluster/differences/change.h"

#include <stddef.h>

#define BREAKS_KINDS 3

struct printer {
	bool json;
	size_t counts[BREAKS_KINDS]; /* by enum breaks */
	/* private */
	const char *service, *subject; /* whose heading was printed last */
	int status;
};

/* A change_sink's; `data` is a struct printer. */
void print_change(void *data, const struct change *change);

/* For people the sum; the exit status: 1 when something breaks, or when printing failed. */
int print_sum(const struct printer *printer);

#endif
