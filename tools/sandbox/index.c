/* SPDX-License-Identifier: MPL-2.0 */
#include "handlers.h"

const struct handler index_handlers[] = {
	{ NULL, NULL, false },
};
