/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_MEDIA_H
#define TC_WORKFLOWS_MEDIA_H

/* What the end of a file's name says about its bytes. Nothing of the machine is asked, so that the
 * same file is the same artifact everywhere. */

#include <stdbool.h>

/* Its media type, by the file's path (NULL: there is none) or else by the name that it gets;
 * "application/octet-stream" when neither end is known. A constant. */
const char *tc__media_type(const char *path, const char *name);

/* Whether either is of a kind that is compressed already, by the table of the production worker. */
bool tc__media_is_compressed(const char *path, const char *name);

#endif
