/* SPDX-License-Identifier: MPL-2.0 */

/* taskcluster-worker: claims tasks and runs them. */

#include "tools/streams/streams.h"
#include "tools/worker/mounts/mounts.h"
#include "tools/worker/payload/payload.h"
#include "tools/worker/process/spawn.h"
#include "tools/worker/service/service.h"

#include <stdio.h>
#include <taskcluster/chain_of_trust.h>
#include <taskcluster/version.h>

static int new_key(const char *path)
{
	char public_key[TC_TRUST_KEY_SIZE];
	tc_error err = TC_ERROR_INIT;

	if (tc_trust_key_create(path, public_key, &err) != TC_OK) {
		fprintf(stderr, "taskcluster-worker: %s\n", tc_error_text(&err));
		tc_error_clear(&err);
		return EXIT_KEY;
	}
	printf("%s", public_key); /* without a line feed, as its users read it */
	return 0;
}

static int show_schema(bool multiuser)
{
	size_t length;
	const char *text = payload_schema(multiuser, &length);

	fwrite(text, 1, length, stdout);
	return 0;
}

static int do_command(const struct options *options)
{
	switch (options->command) {
	case OPTIONS_RUN:
		return service_run(options);
	case OPTIONS_NEW_KEY:
		return new_key(options->key_path);
	case OPTIONS_SHOW_SCHEMA:
		return show_schema(options->task_user != NULL);
	case OPTIONS_HELP:
		options_help(stdout);
		return 0;
	case OPTIONS_VERSION:
		printf("taskcluster-worker %s\n", TC_SDK_VERSION);
		return 0;
	case OPTIONS_SHORT_VERSION:
		puts(TC_SDK_VERSION);
		return 0;
	}
	return EXIT_UNREADABLE;
}

int main(int argc, char **argv)
{
	struct options options;

	if (errand_wanted(argc, argv))
		return errand_main(argc, argv);
	if (process_wanted(argc, argv))
		return process_main(argc, argv);
	streams_open();
	int code = options_read(&options, argc, argv, stderr);
	if (!code)
		code = do_command(&options);
	options_clear(&options);
	return code;
}
