/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/commands/trust.h"

static const struct option options[] = {
	{ "public-key", VERIFY_KEY, "KEY",
		"of a worker that is trusted; as often as there are any" },
	{ "public-key-file", VERIFY_KEY_FILE, "FILE", "the same from a file, each in a line" },
	{ "run", VERIFY_RUN, "N", "of this run; else of the latest" },
	{ "output", 'o', "FOLDER",
		"what is verified goes below it, by its whole name; else it is only read" },
	{ "json", VERIFY_JSON, NULL, "each artifact and each fault as a line of JSON" },
	{ "quiet", 'q', NULL, "tell of faults only" },
	{ NULL, 0, NULL, NULL },
};

const struct command trust_verify_command = {
	.name = "verify",
	.whole_name = "chain-of-trust verify",
	.synopsis = "TASK_ID [NAME…]",
	.summary = "verify artifacts of a run by the certificate of its worker",
	.details =
		"The certificate, public/chain-of-trust.json, has to be signed by one of the keys, "
		"to be of this task and run, and to have the definition that the queue has; each "
		"NAME (none: all that it covers) has to be covered, to be there, and to have the "
		"certified digest. Keys come from the command line only, never from a server.\n\n"
		"A line tells of each artifact that holds, and one on standard error of each "
		"fault. "
		"Nothing that is not verified stays in FOLDER; what was there before under an "
		"artifact's name stays when that does not hold.\n\n"
		"The exit status is 0 when all holds; 1 when something does not, or it could not "
		"be found out; 2 when the command line or the configuration is wrong.",
	.options = options,
};

const struct command trust_create_key_command = {
	.name = "create-key",
	.whole_name = "chain-of-trust create-key",
	.synopsis = "FILE",
	.summary = "make a worker's key, and print its public key",
	.details = "The file has the secret part, for its user alone, in the form that "
		   "generic-worker reads as well. It must not be there before. Who is to verify "
		   "what the worker certifies needs the line that is printed.",
	.takes_file = true,
};

static const struct command *const parts[] = { &trust_verify_command, &trust_create_key_command,
	NULL };

const struct command trust_command = {
	.name = "chain-of-trust",
	.synopsis = "verify|create-key …",
	.summary = "verify artifacts by their worker's certificate, and make a worker's key",
	.parts = parts,
};
