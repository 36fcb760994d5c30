/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_SERVER_HANDLERS_H
#define TC_SANDBOX_SERVER_HANDLERS_H

#include "tools/sandbox/request/route.h"

/* The handler of an operation: one that every service has, or one of the services' tables. */
route_handler_fn handlers_find;

#endif
