/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_LIVELOG_INTAKE_H
#define TC_LIVELOG_INTAKE_H

/* The side on which the log comes in: `PUT /log`, once. Its body goes to a file, and a live log is
 * told what happens to it. */

#include "tools/livelog/livelog.h"

struct intake;

struct intake_options {
	const char *address; /* as of a live log */
	int port;
	int fd; /* of the file; the caller's */
	struct livelog *livelog;
};

/* Listens, in a thread of its own. NULL with *err set. */
struct intake *intake_start(const struct intake_options *options, tc_error *err);
int intake_port(const struct intake *intake);

/* A body that has not ended is broken off. NULL is fine. */
void intake_free(struct intake *intake);

#endif
