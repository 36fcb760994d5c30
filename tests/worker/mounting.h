/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_WORKER_MOUNTING_H
#define TC_TESTS_WORKER_MOUNTING_H

/*
 * A store of mounts on a loop, and tasks that want some. The test's program does its own errands:
 * its main begins with mounting_main. Whatever fails stops the test.
 */

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tools/worker/mounts/mounts.h"

struct mounting {
	struct tc_folder folder; /* "caches", "downloads", and a folder for each task */
	tc_loop *loop;
	tc_client *client;
	struct mounts_store_options options;
	struct mounts_store *store;
	tc_error err;
};

/* With options that look at no disk and ask no service; a test changes them and opens the store
 * itself. The client is borrowed. */
void mounting_open(struct mounting *mounting, tc_client *client);
void mounting_close(struct mounting *mounting);
void mounting_open_store(struct mounting *mounting);

/* Closes the store and opens it anew, as a worker that starts again does. */
void mounting_restart(struct mounting *mounting);

/* A task, and what it was told. */
struct mounted {
	struct mounting *mounting;
	struct tc_folder folder;
	struct mounts *mounts;
	const tc_json *payload;
	enum tc_task_result result; /* 0: not yet */
	char why[1024];
	char log[16384];                         /* lines, "info " "warn " or "error " in front */
	const char *scopes[4], *dependencies[4]; /* what it has; NULL-ended */
	bool as_user;
	uid_t uid;
};

/* Begins with this JSON; *mounted is {0}, or has scopes and dependencies. */
void mounted_begin(struct mounting *mounting, struct mounted *mounted, const char *json);

/* Waits until it is told, at most 20 s. */
enum tc_task_result mounted_wait(struct mounted *mounted);

/* Both, and stops the test unless all was mounted. */
void mounted_have(struct mounting *mounting, struct mounted *mounted, const char *json);

/* Both, and stops the test unless it ends like this, for a reason that has this part. */
void mounted_refused(struct mounting *mounting, struct mounted *mounted, const char *json,
	enum tc_task_result result, const char *part);

/* Ends it, and removes its folder. */
void mounted_end(struct mounted *mounted, bool purge);

/* Stops the test unless a line of the log has this part, or when one has. */
void mounted_said(const struct mounted *mounted, const char *part);
void mounted_not_said(const struct mounted *mounted, const char *part);

/* How many names there are in a folder below the store's. */
int mounting_count(const struct mounting *mounting, const char *name);

/* Turns the loop for so long. */
void mounting_turn(struct mounting *mounting, int64_t ms);

/* Waits until nothing is left in the trash. */
void mounting_emptied(struct mounting *mounting);

/* A JSON text in a buffer that is used again after eight: as by printf. */
TC_PRINTF(1, 2) const char *mounting_json(const char *format, ...);

int mounting_main(int argc, char **argv, int (*run)(void));

#endif
