/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_KEEPER_H
#define WORKER_PROCESS_KEEPER_H

/* The keeper's own life: see spawn.h and helper.h. One thread; it waits as it likes. */

int keeper_main(void);

struct keeper_order;

/* In the child that becomes the command: ends in it, or tells what failed, as a keeper_report of
 * the event KEEPER_FAILED, to `tell`. */
void command_run(const struct keeper_order *order, int tell);

#endif
