/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_OUTPUT_H
#define TC_CLI_SHARED_OUTPUT_H

/*
 * Where a reply goes: standard output, or a file that appears whole or not at all, whatever ends
 * the program. The file is opened before the call is made, so that a reply (a claim, say) is not
 * lost for a mistyped path. Each function returns 0, or the exit status after telling what is
 * wrong.
 */

#include <taskcluster/json.h>

struct output {
	int fd;
	char *folder;        /* the file gets its name later, in this folder; else NULL */
	char *target;        /* the file that is to appear; NULL: written in place */
	char *temporary;     /* its name until then */
	bool counts_readers; /* that the reader of a pipe has gone is an error to tell of */
};

/* `path` NULL or "-": standard output; a folder, or what ends with a slash: a file in it. What is
 * no regular file (a device, a pipe) is written to directly; a link to a file is followed. Close it
 * success and failure alike. */
int output_open(struct output *output, const char *path);

/* The same where only a file will do. */
int output_open_file(struct output *output, const char *path);
int output_write(struct output *output, const void *bytes, size_t length);

/* The file's name in the folder, where nothing may have it yet; the last one given counts. */
int output_name(struct output *output, const char *name);

/* Makes the file appear; prints its path when it is in a folder. */
int output_commit(struct output *output);
void output_close(struct output *output);

/* JSON on a terminal indented, else in one line; with --select what that leads to, and an error
 * where it leads nowhere. */
int output_json(struct output *output, const tc_json *json);

/* The same in one line always, which is there for a reader at once. */
int output_line(struct output *output, const tc_json *json);

/* The same on standard output, behind what was printed there before. */
int output_stdout(const tc_json *json);

/* The same of what a builder has, which is gone then. */
int output_built(tc_json_builder *builder);

/* The same of an object that is not ended yet. */
int output_object(tc_json_builder *builder);

/* Whether it is a terminal, and these bytes are not for one: they would steer it. */
bool output_refuses(const struct output *output, const char *bytes, size_t length);

#endif
