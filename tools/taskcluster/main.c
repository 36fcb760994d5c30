/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/about/about.h"
#include "tools/taskcluster/api/api.h"
#include "tools/taskcluster/completion/completion.h"
#include "tools/taskcluster/offline/offline.h"
#include "tools/taskcluster/text/suggest.h"

#include <taskcluster/version.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = { &api_command, &routing_key_command,
	&slugid_command, &from_now_command, &scopes_command, &version_command, &completion_command,
	NULL };

static void print_usage(FILE *out)
{
	fputs("taskcluster COMMAND …: Taskcluster in the shell\n\n", out);
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n`taskcluster COMMAND --help` explains a command. Where to call and as whom is\n"
	      "taken from TASKCLUSTER_ROOT_URL, TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN\n"
	      "and TASKCLUSTER_CERTIFICATE, or from ~/.config/taskcluster.yml.\n",
		out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int unknown_command(const char *typed)
{
	struct suggestion nearest = suggest_for(typed);

	for (size_t i = 0; commands[i]; i++)
		suggest_consider(&nearest, commands[i]->name);
	if (nearest.name)
		return usage_error("unknown command %s: did you mean %s?", typed, nearest.name);
	return usage_error("unknown command %s: `taskcluster --help` lists them", typed);
}

static int help(const char *name)
{
	const struct command *command = name ? find_command(name) : NULL;

	if (name && !command)
		return unknown_command(name);
	if (command)
		return command_help(command);
	print_usage(stdout);
	return 0;
}

static int run_command(struct arguments *arguments)
{
	const char *name = arguments->value;
	const struct command *command = find_command(name);

	if (strcmp(name, "help") == 0)
		return help(*arguments->words);
	if (!command)
		return unknown_command(name);
	arguments->command = command->name;
	arguments->options = command->options;
	return command->run(arguments);
}

static int run(char **words)
{
	static const struct option options[] = {
		{ "version", OPTION_OWN, NULL, "print the client's version" },
		{ NULL, 0, NULL, NULL },
	};
	struct arguments arguments = { .words = words, .options = options, .commands = commands };

	switch (arguments_next(&arguments)) {
	case OPTION_WORD:
		return run_command(&arguments);
	case OPTION_OWN:
		printf("taskcluster %s\n", tc_sdk_version());
		return 0;
	case 'h':
		return help(NULL);
	case OPTION_END:
		print_usage(stderr);
		return STATUS_USAGE;
	default:
		return STATUS_USAGE;
	}
}

/* A socket or file must not take the place of a stream that was given closed. */
static void open_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	open_standard_streams();
	int status = run(argv + (argc > 0));
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE)
		return failure("the output: %s", strerror(errno));
	return status;
}
