/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/trust.h"
#include "tools/taskcluster/trust/trust.h"

const struct action trust_actions[] = {
	{ &trust_verify_command, trust_verify },
	{ &trust_create_key_command, trust_create_key },
	{ NULL, NULL },
};
