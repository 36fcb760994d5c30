/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/variable.h"

#include <stdlib.h>

const char *variable(const char *name)
{
	const char *value = name ? getenv(name) : NULL;

	return value && *value ? value : NULL;
}
