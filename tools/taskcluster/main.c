/* SPDX-License-Identifier: MPL-2.0 */

/*
 * The program that a shell starts. It makes ids and dates by itself; for all else it becomes one of
 * its parts. Here are neither the tables of all services, whose pointers the loader would set each
 * time, nor the libraries that a call or the settings take: whoever calls a server loads them once.
 */

#include "tools/streams/streams.h"
#include "tools/taskcluster/offline/offline.h"
#include "tools/taskcluster/parts/parts.h"

#include <string.h>

/* Where the parts are, as seen from this program's folder. */
#ifndef TC_PARTS_FOLDER
#error "the build says where the parts of this program are"
#endif

static const struct command *find_own(const char *word)
{
	static const struct command *const own[] = { &slugid_command, &from_now_command };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcmp(own[i]->name, word) == 0)
			return own[i];
	return NULL;
}

static int run_own(const struct command *command, char **words)
{
	struct arguments arguments = {
		.words = words, .options = command->options, .command = command_name(command)
	};

	return command->run(&arguments);
}

/* The part that does it with less. A word that is not here costs time alone: parts that do not have
 * a command hand it on. */
static const char *choose_part(const char *word)
{
	static const struct {
		const char *word, *part;
	} words[] = { { "completion", PART_LOCAL }, { "completions", PART_LOCAL },
		{ "config", PART_LOCAL }, { "help", PART_LOCAL }, { "routing-key", PART_LOCAL },
		{ "update", PART_LOCAL }, { "version", PART_LOCAL }, { "__complete", PART_LOCAL },
		{ "__completeNoDesc", PART_LOCAL }, { "d2g", PART_EXTRA }, { "pulse", PART_EXTRA },
		{ "signin", PART_EXTRA }, { "validate-json", PART_EXTRA } };

	if (!word || *word == '-')
		return PART_LOCAL;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].part;
	return PART_ONLINE;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct command *own = word ? find_own(word) : NULL;

	streams_open();
	if (word)
		arguments_find_errors(argv + 1);
	int status = own ? run_own(own, argv + 2)
			 : part_become(TC_PARTS_FOLDER "/", choose_part(word), argv);
	return part_end(status);
}
