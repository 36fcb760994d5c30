/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_UPDATE_H
#define TC_CLI_CONFIG_UPDATE_H

#include "tools/taskcluster/config/entry.h"
#include "tools/taskcluster/config/file.h"

/*
 * Sets values in the file on disk, as config_change does, or takes absent ones away: in the file as
 * it is now, which is read again, while nobody else changes it so. Folders that are not there are
 * made, for their user alone (0700). The values' texts must not be borrowed from the file. 0, or
 * the exit status after telling; then the file on disk is as it was.
 */
int config_update(struct config_file *file, const struct config_value *values, size_t count);

#endif
