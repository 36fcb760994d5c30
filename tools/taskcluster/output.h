/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_OUTPUT_H
#define TC_CLI_OUTPUT_H

/*
 * Where a reply goes: standard output, or a file that appears whole or not at all. The file is
 * opened before the call is made, so that a reply (a claim, say) is not lost for a mistyped path.
 * Each function returns 0, or the exit status after telling what is wrong.
 */

#include <taskcluster/response.h>

struct output {
	int fd;
	char *target;    /* the file that is to appear; NULL: written in place */
	char *temporary; /* its name until then */
};

/* `path` NULL or "-": standard output. What is no regular file (a device, a pipe) is written to
 * directly; a link is followed. Close it after success and failure alike. */
int output_open(struct output *output, const char *path);
int output_write(struct output *output, const void *bytes, size_t length);

/* Makes the file appear. */
int output_commit(struct output *output);
void output_close(struct output *output);

/* JSON on a terminal indented, else in one line. */
int output_json(struct output *output, const tc_json *json);

/* A reply: JSON as above, all else byte by byte; a redirect without a body as its Location. `blob`:
 * bytes, whatever their type. */
int output_response(struct output *output, tc_response *response, bool blob);

#endif
