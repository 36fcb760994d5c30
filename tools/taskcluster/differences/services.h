/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_SERVICES_H
#define TC_CLI_DIFFERENCES_SERVICES_H

/* What two references say: services by name, and of each what the older has in its order, and then
 * what the newer has alone. */

#include "tools/taskcluster/differences/pair.h"

/* All services, or `only` the one of that name. */
void services_compare(const struct pair *pair, const char *only);

/* Functions (operations.c) and exchanges (exchanges.c) of a service that both have. */
void operations_compare(
	const struct pair *pair, const struct tc_service *older, const struct tc_service *newer);
void exchanges_compare(
	const struct pair *pair, const struct tc_service *older, const struct tc_service *newer);

#endif
