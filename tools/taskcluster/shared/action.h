/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_ACTION_H
#define TC_CLI_SHARED_ACTION_H

/*
 * What is done for a command that calls servers. Commands are described apart from what they do
 * (commands/), so that the program that a shell starts knows all of them, explains and completes
 * them, without the libraries that calls take. Each family of them has a table of its actions,
 * ended by NULL, of which online/main.c has the list.
 */

#include "tools/taskcluster/shared/command.h"

struct action {
	const struct command *command;
	int (*run)(struct arguments *arguments); /* returns the exit status */
};

#endif
