/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SETTINGS_PARTS_H
#define TC_CLI_SETTINGS_PARTS_H

/* The commands of the family, and what they share. */

#include "tools/taskcluster/config/entry.h"
#include "tools/taskcluster/config/file.h"
#include "tools/taskcluster/shared/command.h"

#include <taskcluster/json.h>

extern const struct command config_get_command, config_set_command, config_reset_command,
	config_help_command;

/* What stands for a secret that is not shown. */
#define SETTINGS_MASK "********"

/* Ids of options; letters are their own. */
enum { SETTINGS_SHOW = OPTION_OWN };

/* What was asked for. Texts are borrowed from the command line. */
struct settings {
	const char *words[2];
	size_t count;
	const char *output; /* -o; NULL: standard output */
	bool json;          /* -f json */
	bool all, dry_run, show;
	struct config_file file;
};

/* Reads the words of a command, at most `most` of them, and the file, and performs it, or prints
 * its help. The exit status. */
int settings_run(const struct command *command, struct arguments *arguments, size_t most,
	int (*perform)(struct settings *settings));

/* The key that a word names, such as "config.rootUrl". 0, or the exit status after telling. */
int settings_key(const char *word, enum config_key *key);

/* The value that counts: of the environment or the file. Borrows from both. */
struct config_value settings_value(const struct settings *settings, enum config_key key);

/* A value as YAML has it behind its key, with a line end; `flow`: in one line. 0, or the exit
 * status after telling. */
int settings_print_value(const struct config_value *value, bool flow, FILE *out);

/* Whether the text may be the key's value, a scalar's; 0, or the exit status after telling. */
int settings_check(enum config_key key, const char *text);

/* The scopes of a list, JSON: *scopes is for free(), and borrows from *json, which is to be
 * released; both also when it fails. 0, or the exit status after telling. */
int settings_check_scopes(const char *text, const tc_json **json, const char ***scopes);

/* The value on standard input, without its line end; from a terminal a line, which is not shown
 * while it is typed if it is a secret. For free(). 0, or the exit status after telling. */
int settings_input(enum config_key key, char **text);

#endif
