/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_PULSE_BROKER_H
#define TC_CLI_PULSE_BROKER_H

/* Which broker, as whom, and what to do about what goes wrong with it. */

#include <taskcluster/pulse.h>

/* Fills *server for --server URL, or for NULL points *used to nothing, which is the environment's.
 * *used is for the library, and lives as long as both. 0, or STATUS_USAGE after telling. */
int broker_find(
	const char *url, struct tc_pulse_server *server, const struct tc_pulse_server **used);

/* NAME of an own queue, without what the library puts in front of it: with that it would be another
 * queue, and where it is deleted nothing would be wrong. 0, or STATUS_USAGE after telling. */
int broker_check_queue(const char *name);

/* What can be done about an error that was told, where there is something. */
void broker_hint(const tc_error *err);

/* An error of the broker, or of the way there, with advice; the exit status for it. */
int broker_report(const tc_error *err);

#endif
