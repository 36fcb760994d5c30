/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_WORKFLOWS_SCENE_H
#define TC_TESTS_WORKFLOWS_SCENE_H

/* A queue that says of a task, or a group, what a test wants it to say next, and a client that
 * waits. */

#include "tests/harness/test.h"

#include "tests/harness/responder.h"
#include <taskcluster/wait.h>

#define TASK "fN1SbArXTPSVFNUvaOlinQ"

/* The states of one task, one for each question, the last for ever; of a group, a page of them. */
struct scene_queue {
	const char *states[8];
	const char *pages[8]; /* of the group, one for each question */
	size_t asked;
	int64_t late_ms; /* so long it takes to answer */
	char body[8][2048];
};

#define NO_STATE "(none)" /* the reply does not tell it */

struct scene {
	struct scene_queue queue;
	struct tc_responder *responder;
	tc_client *client;
	struct tc_wait_options options;
	struct tc_queue_task_status_response *reply;
	tc_error err;
};

/* The first pause is of 5 ms. */
void scene_begin(struct scene *scene);
void scene_end(struct scene *scene);

/* The client takes replies that break their schema. */
void scene_be_lenient(struct scene *scene);

/* Another client, whose time passes in a moment. */
void scene_move_time(struct scene *scene, int64_t *now_ms);

/* Waits for the task. */
int scene_wait(struct scene *scene);

#endif
