/* SPDX-License-Identifier: MPL-2.0 */

/* `chain-of-trust create-key`. */

#include "tools/taskcluster/commands/trust.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/advice.h"
#include "tools/taskcluster/trust/trust.h"

#include <taskcluster/chain_of_trust.h>

#include <stdio.h>

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

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	(void)data, (void)arguments;
	return *words->all[0] ? create(words->all[0]) : usage_error("the file's name is empty");
}

int trust_create_key(struct arguments *arguments)
{
	static const struct job job = { &trust_create_key_command, 1, 1, NULL, perform };

	return job_run(&job, NULL, arguments);
}
