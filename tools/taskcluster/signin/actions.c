/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/signin/signin.h"

const struct action signin_actions[] = {
	{ NULL, NULL },
};
