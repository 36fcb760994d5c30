/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_API_H
#define TC_CLI_API_H

#include <taskcluster/operation.h>

/* What `api` prints without making a call; each returns 0. */
int api_list_services(void);
int api_list_operations(const struct tc_service *service);
int api_explain(const struct tc_operation *operation);

#endif
