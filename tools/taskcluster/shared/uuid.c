/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/uuid.h"

bool uuid_is_v4(const uint8_t uuid[16])
{
	return uuid[6] >> 4 == 4 && uuid[8] >> 6 == 2;
}
