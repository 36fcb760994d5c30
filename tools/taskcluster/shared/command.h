/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_COMMAND_H
#define TC_CLI_SHARED_COMMAND_H

/* What a command is: its words, and what is said of it. commands/commands.c has the list. */

#include "tools/taskcluster/shared/options.h"
#include "tools/taskcluster/shared/report.h"

#include <stdio.h>

/* This takes a server after all. */
#define COMMAND_ONLINE (-1)

struct command {
	const char *name;
	const char *whole_name; /* with its family's in front: "artifact upload"; NULL: name */
	const char *synopsis;   /* what follows the name */
	const char *summary;    /* one line */
	const char *details;    /* paragraphs for --help, or NULL */
	const struct option *options; /* its own, or NULL */
	/* Of what takes no server: does it, and returns the exit status, or COMMAND_ONLINE. Else
	 * NULL, and an action does it (action.h). */
	int (*run)(struct arguments *arguments);
	bool takes_file;          /* a file is among its words, for completion, */
	const char *const *words; /* what its first word may be, ended by NULL; NULL: anything */
	bool hidden;              /* for scripts: no list has it */
	/* Of a family, such as `artifact`: its commands, ended by NULL, whose names are the next
	 * word. One that has `run` beside them, such as `config`, is run with its options where no
	 * such name comes. */
	const struct command *const *parts;
	/* Of one that has words of its own: commands that come first where the first word is the
	 * name of one, ended by NULL; or NULL. */
	const struct command *const *besides;
};

/* Prints what --help says; 0. */
int command_help(const struct command *command);

/* A list of commands, each with its summary. */
void print_commands(FILE *out, const struct command *const *commands);

/* "artifact upload" */
const char *command_name(const struct command *command);

/* An option, or a table of them, for --help. */
void print_option(const struct option *option);
void print_options(const struct option *options);

#endif
