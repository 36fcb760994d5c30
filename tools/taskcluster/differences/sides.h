/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_DIFFERENCES_SIDES_H
#define TC_CLI_DIFFERENCES_SIDES_H

#include "tools/taskcluster/shared/options.h"

#include <taskcluster/references.h>

/*
 * Reads what a word stands for: "builtin", the references that this program came with; "live", the
 * configured deployment; the root URL of another deployment; else a path. Of deployments only the
 * service is asked for, unless it is NULL; *references is NULL where that is not there, which is as
 * if nothing was. 0, or the exit status after telling; free *references.
 */
int side_read(const char *word, const char *service, const struct arguments *arguments,
	tc_references **references);

#endif
