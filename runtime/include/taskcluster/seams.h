/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_SEAMS_H
#define TASKCLUSTER_SEAMS_H

/* Where a client's time and randomness come from; taskcluster/client.h includes it. */

#include <taskcluster/base.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Seams for tests and special hosts. Each may be NULL. */
struct tc_seams {
	struct timespec (*clock)(void *data);                   /* the wall clock, UTC */
	void (*random)(void *data, void *bytes, size_t length); /* for nonces and jitter */
	void *data;
};

#ifdef __cplusplus
}
#endif

#endif
