/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_NAMES_H
#define TC_CLI_SHARED_NAMES_H

/* Services, functions and exchanges by the words of a command line. */

#include <taskcluster/operation.h>

/* A service by its name, or by that in camel case, as the official client has it: workerManager is
 * worker-manager. NULL: there is none. */
const struct tc_service *find_service(const char *name);

/* Any service's function of this name, or NULL. */
const struct tc_operation *find_operation(const struct tc_service *service, const char *name);

/* A service of this program that has a function of this name, or NULL. */
const struct tc_service *find_service_with(const char *operation);

/* For a word that names none: tells so, with what may have been meant. STATUS_USAGE. `command`
 * lists a service's functions: "api". */
int unknown_service(const char *typed);
int unknown_operation(const char *command, const struct tc_service *service, const char *typed);
int unknown_exchange(const struct tc_service *service, const char *typed);

#endif
