/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMMANDS_API_H
#define TC_CLI_COMMANDS_API_H

/* Any function of any service, as the references have it. */

#include "tools/taskcluster/shared/command.h"

enum {
	API_BASE_URL = OPTION_OWN,
	API_SERVER_URL,
	API_BODY,
	API_LIVE,
	API_REFRESH,
	API_ALL,
	API_DISTINCT,
	API_MAX_ITEMS,
	API_ONCE,
	API_EXPIRES,
	/* instead of sending the call */
	API_DRY_RUN,
	API_SIGNED_URL,
	API_URL
};

/* Of `api diff`. */
enum { DIFF_SERVICE = OPTION_OWN, DIFF_JSON };

extern const struct command api_command, api_diff_command;

#endif
