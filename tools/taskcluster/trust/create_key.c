/* SPDX-License-Identifier: MPL-2.0 */

/* `chain-of-trust create-key`. */

#include "tools/taskcluster/jobs/words.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/trust/trust.h"

#include <taskcluster/chain_of_trust.h>

#include <stdio.h>

/* It has no options of its own. */
static int take_option(void *data, int id, const char *value)
{
	(void)data, (void)id, (void)value;
	return 0;
}

static int create(const char *path)
{
	char public_key[TC_TRUST_KEY_SIZE];
	tc_error err = TC_ERROR_INIT;
	int status = 0;

	if (tc_trust_key_create(path, public_key, &err) != TC_OK)
		status = report(&err, NULL, NULL);
	else
		puts(public_key);
	tc_error_clear(&err);
	return status;
}

static int run(struct arguments *arguments)
{
	struct words words;
	int status = words_read(&words, arguments, take_option, NULL);

	if (status == 0 && words.help)
		status = command_help(&trust_create_key_command);
	else if (status == 0 && (words.count != 1 || !*words.all[0]))
		status = words_usage(
			trust_create_key_command.whole_name, trust_create_key_command.synopsis);
	else if (status == 0)
		status = create(words.all[0]);
	words_free(&words);
	return status;
}

const struct command trust_create_key_command = {
	.name = "create-key",
	.whole_name = "chain-of-trust create-key",
	.synopsis = "FILE",
	.summary = "make a worker's key, and print its public key",
	.details = "The file has the secret part, for its user alone, in the form that "
		   "generic-worker reads as well. It must not be there before. Who is to verify "
		   "what the worker certifies needs the line that is printed.",
	.run = run,
	.takes_file = true,
};
