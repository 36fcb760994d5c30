/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_NAMES_H
#define TC_CLI_SHARED_NAMES_H

/* For a word that names none of the registry: tells so, with what may have been meant.
 * STATUS_USAGE. */

#include <taskcluster/operation.h>

int unknown_service(const char *typed);
int unknown_operation(const struct tc_service *service, const char *typed);
int unknown_exchange(const struct tc_service *service, const char *typed);

#endif
