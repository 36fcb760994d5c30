/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_VALIDATE_H
#define TC_CLI_VALIDATE_H

/* Documents against JSON schemas. */

#include "tools/taskcluster/shared/action.h"

extern const struct action validate_actions[];

int validate_json(struct arguments *arguments);

#endif
