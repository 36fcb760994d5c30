/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/trust/trust.h"

static const struct command *const parts[] = { &trust_verify_command, &trust_create_key_command,
	NULL };

const struct command trust_command = {
	.name = "chain-of-trust",
	.synopsis = "verify|create-key …",
	.summary = "verify artifacts by their worker's certificate, and make a worker's key",
	.parts = parts,
};
