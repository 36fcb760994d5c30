/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_ARTIFACTS_FETCH_H
#define TC_CLI_ARTIFACTS_FETCH_H

/* Downloads, as every command of them does them. */

#include "tools/taskcluster/commands/artifacts.h"
#include "tools/taskcluster/config/session.h"
#include "tools/taskcluster/jobs/words.h"

#include <taskcluster/artifact_download.h>

struct fetch {
	bool object;                 /* by its name, else an artifact */
	struct tc_artifact artifact; /* the object's name is its name, too */
	const char *output;          /* -o */
	const char *run;             /* --run */
	struct tc_download_options how;
	struct tc_folder_options folder; /* how many at once, which */
	bool all, json, quiet;
};

/* A command of downloads. Both functions return 0, or the exit status after telling. */
struct fetch_command {
	const struct command *command;
	bool object;
	/* What the words say; they live until `perform` has returned. */
	int (*find)(struct fetch *fetch, const struct words *words, const struct command *command);
	int (*perform)(struct fetch *fetch, const struct session *session);
};

/* Reads the command line, and performs it or its --help. The exit status. */
int fetch_run(const struct fetch_command *how, struct arguments *arguments);

/* The function of the services that it is about, for advice and credentials. */
const struct tc_operation *fetch_operation(const struct fetch *fetch);

/* Downloads one artifact or object to where fetch->output says: a file, a folder, a device, or "-"
 * for standard output; NULL is the name's last part. *path is where it went, for free(); NULL is no
 * file. 0, or the exit status after telling what is wrong. */
int fetch_one(const struct fetch *fetch, const struct session *session,
	struct tc_downloaded *result, char **path);

/* Downloads a run's artifacts into the folder that fetch->output is (NULL: the current one), and
 * says what became of them. */
int fetch_all(struct fetch *fetch, const struct session *session);

/* Says what was downloaded, in a line of text or JSON on standard output. `path` may be NULL. */
int fetch_tell(const struct fetch *fetch, const char *name, const char *path,
	const struct tc_downloaded *result);

#endif
