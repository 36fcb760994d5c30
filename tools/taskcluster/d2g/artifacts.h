/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_ARTIFACTS_H
#define TC_CLI_D2G_ARTIFACTS_H

#include "tools/taskcluster/d2g/translation.h"

/* Whether the artifact is a folder that is in the container, too. */
bool artifact_is_volume(const struct member *artifact);

/* Appends its path in the task's folder to the text. */
void artifact_append_path(struct translation *translation, const struct member *artifact);

/* Adds the member `artifacts`, if there are any. */
void artifacts_add(struct translation *translation);

#endif
