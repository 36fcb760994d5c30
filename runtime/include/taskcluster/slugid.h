/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_SLUGID_H
#define TASKCLUSTER_SLUGID_H

/* Slugids: UUIDs as 22 characters of base64url, the ids of tasks and task groups. */

#include <taskcluster/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TC_SLUGID_SIZE 23 /* 22 characters and NUL */

/* A random (version 4) slugid. The nice kind never begins with a dash, so that it can be a
 * command-line argument or a file name; use it unless all 122 bits matter. */
TC_API void tc_slugid_nice(char slugid[TC_SLUGID_SIZE]);
TC_API void tc_slugid_v4(char slugid[TC_SLUGID_SIZE]);

/* Between a slugid and the 16 bytes of its UUID. Decoding refuses anything but 22 base64url
 * characters whose last four bits are zero. */
TC_API void tc_slugid_encode(const uint8_t uuid[16], char slugid[TC_SLUGID_SIZE]);
TC_API int tc_slugid_decode(const char *slugid, uint8_t uuid[16], tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
