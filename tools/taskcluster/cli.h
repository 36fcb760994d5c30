/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CLI_H
#define TC_CLI_CLI_H

/* The commands. Each has a file of its own; main.c has their list. */

#include "tools/taskcluster/options.h"
#include "tools/taskcluster/report.h"

struct command {
	const char *name;
	const char *synopsis;                    /* what follows the name */
	const char *summary;                     /* one line */
	const char *details;                     /* paragraphs for --help, or NULL */
	const struct option *options;            /* its own, or NULL */
	int (*run)(struct arguments *arguments); /* returns the exit status */
};

extern const struct command api_command, completion_command, from_now_command, routing_key_command,
	scopes_command, slugid_command, version_command;

/* All of them, with NULL at the end. */
extern const struct command *const commands[];

/* Prints what --help says; 0. */
int command_help(const struct command *command);

/* An option, or a table of them, for --help. */
void print_option(const struct option *option);
void print_options(const struct option *options);

/* For a word that names none of the registry: tells so, with what may have been meant.
 * STATUS_USAGE. */
int unknown_service(const char *typed);
int unknown_operation(const struct tc_service *service, const char *typed);
int unknown_exchange(const struct tc_service *service, const char *typed);

#endif
