/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_ORDER_H
#define WORKER_MOUNTS_ORDER_H

/*
 * An order as the arguments of a child, which other users may see: nothing in it is secret. Its
 * descriptors are ERRAND_FD_SOURCE and ERRAND_FD_FOLDER. To its standard output the child writes
 * one digit, enum errand_end, and a text.
 */

#include "tools/worker/mounts/errand/errand.h"
#include <limits.h>

#define ERRAND_WORD "mounts-errand"
#define ERRAND_REPORT_MAX ((size_t)1023)

enum { ERRAND_FD_SOURCE = 3, ERRAND_FD_FOLDER, ERRAND_FD_END };

#define ORDER_NUMBERS 8
#define ORDER_WORDS (5 + ORDER_NUMBERS)

struct order_words {
	char *words[ORDER_WORDS + 1]; /* NULL at the end */
	char numbers[ORDER_NUMBERS][24];
};

/* Borrows the order's texts. */
void order_write(const struct errand_order *order, struct order_words *words);

/* false: these are no arguments of an order. *parent is the process that gave it. */
bool order_read(int argc, char **argv, struct errand_order *order, pid_t *parent);

#endif
