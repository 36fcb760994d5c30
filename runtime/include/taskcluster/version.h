/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_VERSION_H
#define TASKCLUSTER_VERSION_H

#include <taskcluster/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version these headers belong to; CMakeLists.txt reads its own version from here. */
#define TC_SDK_VERSION "0.1.0"

/* The version of the library that runs, as "major.minor.patch". A constant: not to be released. */
TC_API const char *tc_sdk_version(void);

#ifdef __cplusplus
}
#endif

#endif
