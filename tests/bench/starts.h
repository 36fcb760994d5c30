/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_STARTS_H
#define TC_TESTS_STARTS_H

/* Programs from exec to exit: start_run.c measures, in a process of its own. */

#include <stddef.h>

#define STARTS_RUNS 401 /* of each program, in turn */

struct starts_figures {
	double cpu_us, wall_us; /* medians, as all; CPU is the user's and the system's */
	double faults;          /* page faults */
	double peak_kib;
};

/* The folder of the program that was started as `self`. */
void starts_folder(const char *self, char *folder, size_t size);

/* Runs programs as start_run takes them, whose words a shell reads first, in an environment with
 * nothing of a person's. start_run lies in `folder`. Aborts with a message when one fails. */
void starts_measure(
	const char *folder, const char *programs, struct starts_figures *figures, size_t count);

/* A server on loopback that answers each call with a small JSON object. To be stopped by
 * tc_responder_stop. */
struct tc_responder *starts_server(void);

#endif
