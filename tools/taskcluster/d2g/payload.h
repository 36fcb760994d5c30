/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_PAYLOAD_H
#define TC_CLI_D2G_PAYLOAD_H

#include <taskcluster/json.h>

/*
 * The payload that generic-worker makes of one of docker-worker, which is right (check.h): it runs
 * `docker run` in place of the task's command, with folders of the task for caches and artifacts
 * that are volumes. The worker puts in places such as __TASK_DIR__ what is known only then. Release
 * *translated; its members are in the order of their names. Fails only for memory.
 */
int payload_translate(const tc_json *payload, const tc_json **translated, tc_error *err);

#endif
