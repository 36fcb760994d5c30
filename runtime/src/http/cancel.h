/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CANCEL_H
#define TC_RUNTIME_CANCEL_H

#include <taskcluster/cancel.h>

/* Readable from when it was fired until it is reset; for whoever waits. */
int tc__cancel_fd(const tc_cancel *cancel);

/* Whether an event of this descriptor is its (NULL: no); what it says is told by tc_cancel_fired.
 * What a child of fork has fired is its own affair: the descriptor is quiet again. */
bool tc__cancel_takes(const tc_cancel *cancel, int fd);

#endif
