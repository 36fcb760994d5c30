/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_SCHEMAS_H
#define TC_CLI_D2G_SCHEMAS_H

/* The workers' schemas of payloads as the references have them; CMakeLists.txt makes C of them. */

#include <stddef.h>

extern const char d2g_docker_worker[], d2g_multiuser_posix[];
extern const size_t d2g_docker_worker_length, d2g_multiuser_posix_length;

#endif
