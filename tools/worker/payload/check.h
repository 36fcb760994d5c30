/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PAYLOAD_CHECK_H
#define WORKER_PAYLOAD_CHECK_H

#include "tools/worker/payload/payload.h"

/* Where faults go, and whether there was any. */
struct payload_check {
	payload_fault_fn *fault;
	void *data;
	bool bad;
};

void check_complain(struct payload_check *check, const char *pointer, const char *text);

/* The schema: what it finds wrong, and what it lets through but a command cannot be given. */
void check_shape(struct payload_check *check, const tc_json *payload, bool multiuser);

/* Features that are not there, or that this worker has turned off; by name. */
void check_features(
	struct payload_check *check, const tc_json *payload, const struct payload_rules *rules);

/* maxRunTime, and when artifacts expire. */
void check_times(struct payload_check *check, const struct payload *payload,
	const struct tc_queue_task_data *task, const struct payload_rules *rules);

#endif
