/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_UUID_H
#define TC_CLI_SHARED_UUID_H

#include <stdbool.h>
#include <stdint.h>

/* Whether it is a random UUID (version 4 of RFC 9562), as those in all of Taskcluster's ids are. */
bool uuid_is_v4(const uint8_t uuid[16]);

#endif
