/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CANCEL_H
#define TC_RUNTIME_CANCEL_H

#include <taskcluster/cancel.h>

/* Readable from when it was fired until it is reset; for whoever waits. */
int tc__cancel_fd(const tc_cancel *cancel);

#endif
