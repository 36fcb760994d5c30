/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_LIVE_TRANSFERS_H
#define TC_TESTS_LIVE_TRANSFERS_H

/* What the tests of transfers share: a client, both faces, and a body whose way is seen. */

#include "tests/harness/test.h"

#include <taskcluster/download.h>
#include <taskcluster/transfer.h>

/* How a transfer is made to go: each test goes both ways. */
enum face { BLOCKING, ON_LOOP, FACES };

/* A client with Taskcluster credentials, which no transfer may show to anybody, and quick retries;
 * what is in *options already stays. */
tc_client *transfer_client(struct tc_options *options);

/* Sends it; the response of a success goes to *response, which may be NULL. */
int transfer_perform(enum face face, tc_call *call, tc_response **response, tc_error *err);
int transfer_download(enum face face, tc_call *call, const struct tc_sink *sink, tc_error *err);

/* A body out of a function: so many bytes of a pattern, in pieces. */
struct flow {
	int64_t length; /* bytes that it has */
	int64_t at;
	size_t piece; /* at most at once; 0: all that there is room for */
	int rewound;
	int fail_at; /* TC_ERROR_SYSTEM from so many bytes on; 0: never */
};
void flow_source(struct tc_source *source, struct flow *flow, bool rewinds);

/* The byte of the pattern at a place. */
char pattern_at(int64_t place);

#endif
