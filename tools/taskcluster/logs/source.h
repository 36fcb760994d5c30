/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_SOURCE_H
#define TC_CLI_LOGS_SOURCE_H

/* Where the bytes of a log are. */

#include "tools/taskcluster/logs/access.h"

struct source {
	tc_response *response; /* which has the URL */
	const char *url;       /* a secret, where it is signed */
	bool is_elsewhere;     /* a reference: of a live log, to the worker */
};

/* Asks the queue. TC_OK, or the source is nothing; clear it in either case. */
int source_find(
	struct source *source, struct access *access, const struct artifact_id *id, tc_error *err);
void source_clear(struct source *source);

/* Whether an error says that there is no such artifact, or none any more. */
bool source_is_absent(const tc_error *err);

#endif
