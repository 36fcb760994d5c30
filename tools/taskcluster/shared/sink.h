/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_SINK_H
#define TC_CLI_SHARED_SINK_H

/* Bytes go where they belong as they come, so that it takes no memory however many there are. */

#include "tools/taskcluster/shared/output.h"

#include <taskcluster/download.h>

struct output_sink {
	struct output *output;
	/* Called with what comes before the bytes; NULL: nothing is to be done. 0, or the exit
	 * status after telling what is wrong. */
	int (*on_head)(void *data, tc_response *head);
	void *data;
	/* what follows is the sink's own; begin with zeros */
	struct tc_sink cut; /* what a descriptor needs when a call is repeated */
	char type[80];      /* "" before the first byte */
	int status;         /* not 0: what was wrong here has been told */
};

/* A sink for a call: into the output, which is open. What would steer a terminal is refused. */
struct tc_sink output_sink(struct output_sink *sink);

#endif
