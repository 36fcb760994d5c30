/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_TREEHERDER_SERVER_H
#define TC_TESTS_TREEHERDER_SERVER_H

/* A Treeherder on loopback as far as its peculiarities go: what it ignores, echoes and refuses, and
 * how it says so. It knows no database: jobs and pushes are counted up. */

#include "tests/harness/responder.h"

#define JOBS 4000  /* an exact multiple of the largest page */
#define PUSHES 250 /* two of each second, the newest first */
#define PUSHED 1700000000
#define SEARCHED 200 /* at most so many pushes are the reply to a search */

struct treeherder {
	struct tc_responder *responder;
	int64_t clock_off_s; /* how far its clock is ahead of the real one */
	bool no_cookie;      /* a login that sets none */
	int shift;           /* jobs of a page that were on the one before, in place of its own */
	int crowd;           /* the newest pushes that have one second */
	int pushes;          /* how many there are; 0: PUSHES */

	/* what was asked */
	char targets[64][512];
	size_t count;
	char last_head[4096];
	char last_body[1024];

	char text[1 << 20]; /* of the reply */
	char headers[512];
};

void treeherder_start(struct treeherder *server);
void treeherder_stop(struct treeherder *server);

#endif
