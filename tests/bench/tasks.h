/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_TASKS_H
#define TC_TESTS_TASKS_H

/* Tasks of the sandbox, for measures: all in one group, and pending in one queue. What cannot be
 * done stops the program. */

#include <stdint.h>
#include <taskcluster/call.h>

#define TASKS_GROUP "aaaaaaaaQaCaaaaaaaaaaA"
#define TASKS_QUEUE "prov/type"

/* The length of the reply. */
size_t tasks_perform(tc_call *call);

/* Creates one; gives the length of the reply. */
size_t tasks_create(tc_client *client);

/* Makes a state of so many, one by a sandbox and the others by rows like its. */
void tasks_fill(const char *file, int64_t count);

#endif
