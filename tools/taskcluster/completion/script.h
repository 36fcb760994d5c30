/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMPLETION_SCRIPT_H
#define TC_CLI_COMPLETION_SCRIPT_H

/* Completion scripts, each made from the tables of commands, options, services, functions and
 * exchanges, so that they know what the program knows and start no program at a Tab. */

#include "tools/taskcluster/shared/command.h"

#include <stdio.h>

/* Print the whole script on standard output. `commands` are all of them, with NULL at the end. */
void completion_bash(const struct command *const *commands);
void completion_zsh(const struct command *const *commands);
void completion_fish(const struct command *const *commands);

/*
 * What the shells' scripts share: a `case` (or `switch`) over what was typed before, whose arms
 * list the words that may follow. The scripts differ in how they write an arm and a word.
 */
struct dialect {
	/* opens and closes the arm for a key such as "api queue" */
	void (*open)(const char *key);
	void (*close)(void);
	/* one word, with its first sentence ("" when it has none) */
	void (*word)(const char *word, const char *sentence, size_t length);
	/* an arm for "words before:option": whether it takes a value, with this command
	 * ("artifact upload"; "": with all) */
	void (*option)(const char *command, const char *option, bool takes_value);
};

/* The begin of a script for shells with `case`: `head` (its first line), functions over the three
 * tables below, and one that begins with the flags and letters and goes on with `script`. */
void completion_script(const struct dialect *dialect, const struct command *const *commands,
	const char *head, const char *script);

/* Arms by the words typed: "", "api", "api queue", "routing-key", "routing-key queue",
 * "routing-key queue taskCompleted", "slugid", "completion", "artifact". What follows "pulse
 * listen" is what follows "routing-key". */
void completion_words(const struct dialect *dialect, const struct command *const *commands);

/* Arms of options: by command ("api", "artifact upload"), and by "api <service> <function>" for
 * query values. */
void completion_options(const struct dialect *dialect, const struct command *const *commands);

/*
 * Arms of operators, such as --number__lt and --number__gt by "<service> --number". There are ten
 * times as many as there are keys, so they are only offered behind a key that was typed as a whole.
 */
void completion_operators(const struct dialect *dialect);

/* What tells whether a word behind an option is its value: long options that take none (all others
 * do, with those of queries), command by command, as the same name may be a flag of one and take a
 * value of another. And letters that take one, each as a flag of all commands. */
void completion_flags(const struct dialect *dialect, const struct command *const *commands);
void completion_letters(const struct dialect *dialect, const struct command *const *commands);

/* The commands that have a file among their words, in single quotes, with something in between. */
void completion_files(const char *between, const struct command *const *commands);

#endif
