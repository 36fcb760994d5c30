/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CLIENT_NETWORK_H
#define TC_RUNTIME_CLIENT_NETWORK_H

/* The options of a client that say how its servers are reached. */

#include "runtime/src/http/network.h"
#include <taskcluster/client.h>

/* An option that is a line of text, or NULL. */
int tc__client_check_text(const char *name, const char *value, tc_error *err);

/* Their values, and that files can be read. `environment`: they are called by its variables. */
int tc__client_check_network(const struct tc_options *options, bool environment, tc_error *err);

/* Moves them into a network of their own: afterwards *options has none of their texts, which were
 * the caller's. `environment`: the environment's HTTP proxies count. */
struct tc__network *tc__client_network(struct tc_options *options, bool environment, tc_error *err);

#endif
