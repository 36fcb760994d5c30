/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_WORKFLOWS_WORLD_H
#define TC_TESTS_WORKFLOWS_WORLD_H

/* A sandbox with a task that runs, a client that may do all, and a folder for what is downloaded.
 * Whatever fails stops the test. */

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/harness/server.h"
#include <taskcluster/artifact_download.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/slugid.h>

struct world {
	struct tc_test_server *server;
	tc_client *client;
	struct tc_folder folder;
	struct tc_folder stored; /* the sandbox's bytes */
	char task_id[TC_SLUGID_SIZE], run_id[4];
	tc_error err;
};

void world_open(struct world *world);
/* With an option more for the sandbox. */
void world_open_with(struct world *world, const char *option, const char *value);
void world_close(struct world *world);

#define WORLD_QUEUE "test/worker"

/* Another task, claimed: run 0. */
void world_new_task(struct world *world);
void world_add_task(struct world *world); /* for others to claim */

/* Ends the run as an interrupted one, and claims the next. */
void world_next_run(struct world *world);
void world_complete(struct world *world);

/* Artifacts of the run. */
void world_upload(struct world *world, const char *name, enum tc_storage storage, const void *bytes,
	size_t length);
void world_reference(struct world *world, const char *name, const char *url);
void world_link(struct world *world, const char *name, const char *to);
void world_error(struct world *world, const char *name, const char *reason, const char *message);

/* The task is known to the index by this path. */
void world_index(struct world *world, const char *path);

/* Damages one byte of all that is stored. */
void world_damage(const struct world *world);

#endif
