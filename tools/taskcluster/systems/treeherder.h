/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SYSTEMS_TREEHERDER_H
#define TC_CLI_SYSTEMS_TREEHERDER_H

/* What commands about the jobs of a push share. */

#include "tools/taskcluster/systems/remote.h"

/* Which push is meant: that of a number, of a revision, or the newest. */
struct chosen {
	const char *repository, *push, *revision;
	char id[24]; /* what it is, once chosen */
};

/* --push or --revision. 0, or the exit status after telling. */
int treeherder_take_push(struct chosen *chosen, int id, const char *value);

/* Finds its number. The same. */
int treeherder_choose(struct remote *remote, struct chosen *chosen);

/* A row: number, result (or state), tier, platform, duration, task, name. */
void treeherder_print_job(const tc_json *job);

#endif
