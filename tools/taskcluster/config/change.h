/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_CHANGE_H
#define TC_CLI_CONFIG_CHANGE_H

#include "tools/taskcluster/config/entry.h"
#include "tools/taskcluster/config/file.h"

/*
 * Sets one key in the text of a file that was read, or with an absent value takes it away.
 * Everything else stays byte by byte, comments and unknown keys, too: nothing but the entry is
 * written anew. What is changed is read again and compared; where more would change (in files with
 * anchors or with a key twice) it is refused. Nothing is written to disk: config_update
 * does (update.h).
 *
 * The value's texts must not be borrowed from the file. 0, or the exit status after telling.
 */
int config_change(struct config_file *file, const struct config_value *value);

#endif
