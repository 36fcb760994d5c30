/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_AMQP_TABLE_H
#define TC_WORKFLOWS_AMQP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a table of AMQP, at the beginning of `bytes`, is one that librabbitmq can be given:
 * whole, of types that it knows, and not nested so deep that reading it by recursion would take the
 * stack. Anybody who publishes makes the tables that listeners get. Pure.
 */
bool tc__table_fits(const char *bytes, size_t length);

/* The bytes of such a table. */
size_t tc__table_size(const char *bytes, size_t length);

#endif
