/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/services/handlers.h"

const struct handler hooks_handlers[] = {
	{ NULL, NULL, false },
};
