/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_COMPLETION_SCRIPT_H
#define TC_CLI_COMPLETION_SCRIPT_H

/* Completion scripts, each made from the tables of commands, options, services, functions and
 * exchanges, so that they know what the program knows and start no program at a Tab. */

#include "tools/taskcluster/shared/command.h"

#include <stdio.h>

struct dialect;

/* A script in the making. */
struct script {
	const struct dialect *dialect;
	const struct command *const *commands; /* all that there are, with NULL at the end */
	FILE *out;
	bool brief; /* words without what they mean */
};

/* Each writes the whole script; `dialect` is set there. */
typedef void completion_fn(struct script *script);
completion_fn completion_bash, completion_zsh, completion_fish, completion_powershell;

/*
 * What the shells' scripts share: a `case` (or `switch`) over what was typed before, whose arms
 * list the words that may follow. The scripts differ in how they write an arm and a word.
 */
struct dialect {
	/* opens and closes the arm for a key such as "api queue" */
	void (*open)(struct script *script, const char *key);
	void (*close)(struct script *script);
	/* one word, with its first sentence ("" when it has none) */
	void (*word)(struct script *script, const char *word, const char *sentence, size_t length);
	/* an arm for "words before:option": whether it is so, with this command ("artifact
	 * upload"; "": with all) */
	void (*option)(struct script *script, const char *command, const char *option, bool is_so);
};

/* How a shell writes functions over tables. */
struct frame {
	const char *function; /* what stands in front of a function's name */
	/* Behind the name of a function that looks up its word, and its end; the same of one that
	 * is asked of a word and of what was typed before it. */
	const char *table, *table_end, *question, *question_end;
	/* Arms of such a question: a long option with its value behind =; one with a value apart.
	 */
	const char *attached, *apart;
};

/* That of shells with `case`. */
extern const struct frame frame_of_case;

/* A script: `head` (its first line), functions over the tables below, and `body`. */
void completion_script(
	struct script *script, const struct frame *frame, const char *head, const char *body);

/* Arms by the words typed: "", "api", "api queue", "routing-key", "routing-key queue",
 * "routing-key queue taskCompleted", "slugid", "artifact". What follows "pulse listen" is what
 * follows "routing-key", and what follows "help" what follows nothing. */
void completion_words(struct script *script);

/* Arms of options: by command ("api", "artifact upload"), and by "api <service> <function>" for
 * query values. */
void completion_options(struct script *script);

/*
 * Arms of operators, such as --number__lt and --number__gt by "<service> --number". There are ten
 * times as many as there are keys, so they are only offered behind a key that was typed as a whole.
 */
void completion_operators(struct script *script);

/* What tells whether a word behind an option is its value: long options that take none (all others
 * do, with those of queries), and letters that take one; both command by command, as the same name
 * may be a flag of one and take a value of another. */
void completion_flags(struct script *script);
void completion_letters(struct script *script);

/* Options whose value is a file or a folder, and commands that have a file among their words: these
 * are arms of the option "". */
void completion_paths(struct script *script);
void completion_files(struct script *script);

#endif
