/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PAYLOAD_SCHEMA_H
#define WORKER_PAYLOAD_SCHEMA_H

/* generic-worker's schemas, of which CMake makes a source file. */

#include <stddef.h>

extern const char payload_insecure_posix[], payload_multiuser_posix[];
extern const size_t payload_insecure_posix_length, payload_multiuser_posix_length;

#endif
