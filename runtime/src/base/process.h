/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_PROCESS_H
#define TC_RUNTIME_PROCESS_H

#include <stdint.h>

/*
 * A number by which what a process has made knows it again: in a child of fork, and in each of its
 * children, it is another, also where the number of a process that has ended is given anew. What
 * is asked for every request cannot be getpid, which is a call of the system. From any thread.
 */
uint64_t tc__process_mark(void);

#endif
