/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_MOUNTS_H
#define TC_CLI_D2G_MOUNTS_H

#include "tools/taskcluster/d2g/translation.h"

/* Appends the cache's path in the task's folder to the text. */
void cache_append_path(struct translation *translation, const struct member *cache);

/* Adds the member `mounts`, caches and the file with the image, if there are any. */
void mounts_add(struct translation *translation);

#endif
