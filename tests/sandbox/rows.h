/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SANDBOX_ROWS_H
#define TC_TESTS_SANDBOX_ROWS_H

/* Tables of requests, one in each row; rows go on from what those before them left. */

#include "client.h"
#include <taskcluster/slugid.h>

/* $T is the table's task, $U another one, $+600$ and $-600$ are dates that far from now, $x300$ are
 * 300 letters x, $S is what an earlier row saved, $$ is a dollar sign. */
struct row {
	const char *line; /* what it shows */
	const char *method, *path, *body;
	long status;
	const char *part; /* of the reply's body, or, behind a !, not in it; or NULL */
	struct quirks quirks;
};

/* What $T and $U are. */
extern char rows_task_id[TC_SLUGID_SIZE], rows_other_id[TC_SLUGID_SIZE];

/* One request; the reply lives until the next. */
struct reply *rows_ask(const struct tc_test_server *server, const struct row *row);

/* All of a table with new ids; stops the test at the first row that is answered otherwise. */
void rows_run(const struct tc_test_server *server, const struct row *rows, size_t count);

/* All rows of a table, at the test program's own sandbox. */
#define RUN_ROWS(rows) rows_run(server, rows, sizeof(rows) / sizeof *(rows))

#endif
