/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_TASKS_IMAGE_H
#define TC_CLI_TASKS_IMAGE_H

/* The definition of a task that runs a command in an image, as docker-worker takes it. */

#include "tools/taskcluster/tasks/texts.h"

#include <taskcluster/json.h>

struct image_task {
	const char *provisioner, *worker_type;
	const char *name, *description, *owner, *source;
	struct texts variables; /* NAME=VALUE, or NAME; of the same name the last counts */
	struct texts dependencies;
	int64_t retries;
	const char *image;
	const char *const *command; /* ended by NULL */
};

/* Makes it, of the group of its own id. Release *definition. 0, or the exit status after telling.
 */
int image_task_define(const struct image_task *task, const char *id, const tc_json **definition);

#endif
