/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SHARED_OPTIONS_H
#define TC_CLI_SHARED_OPTIONS_H

/*
 * The words of a command line, one at a time: options in any order, long ones with their value
 * behind `=` or as the next word, short ones in clusters, `--` before words that begin with a dash.
 * Query values of an operation are options too, once the operation is known. Nothing is
 * abbreviated: what a script says must mean the same after a service has gained a query value.
 * An option without value may be given one all the same, as Go's flags are: --all=false is as if
 * it was not there.
 */

#include <taskcluster/binding.h>

#include <stdint.h>

struct command;

struct option {
	const char *name;  /* NULL ends a table */
	int id;            /* its letter, or OPTION_OWN and up for one without */
	const char *value; /* what it takes, as the help says it; NULL: nothing */
	const char *help;
};

enum {
	OPTION_END = 0,
	OPTION_WORD = 256, /* an argument: `value` is it */
	OPTION_QUERY,      /* a query value: `name` and `value` */
	OPTION_BAD,        /* already told on standard error */
	OPTION_ERRORS,     /* these three are never seen: they are done here */
	OPTION_SELECT,
	OPTION_MIX,
	OPTION_OWN
};

/* A row for the tables of commands that print JSON without being told. */
#define OPTION_ROW_SELECT \
	{ \
		"select", OPTION_SELECT, "POINTER", \
			"print JSON, and of it only what this JSON pointer leads to, such as " \
			"/status/state: texts as they are" \
	}

struct arguments {
	char **words;                          /* what is left, with NULL at its end */
	const struct option *options;          /* the command's own; may be NULL */
	const struct tc_operation *operation;  /* whose query values count; may be NULL */
	const struct command *const *commands; /* all that there are, with NULL at the end */
	const char *command;                   /* for messages: "api"; NULL before it is known */
	const char *cluster;                   /* what is left of "-vo" */
	bool words_only;                       /* after "--" */
	int verbose;
	bool mix;          /* --mix-config */
	const char *name;  /* of the query value */
	const char *value; /* of the word, option or query value; borrowed from `words` */
};

/* The options that every command takes, ended by a NULL name. */
extern const struct option common_options[];

/* What goes with a table of options, ended by a NULL name: where there is --json there is --select,
 * which stands for it, too. */
const struct option *options_besides(const struct option *options);

/* Finds --errors before anything is read: what is wrong in front of it is told so, too. */
void arguments_find_errors(char *const *words);

/* Whether an option without value is among the words, wherever it stands: what is read before it is
 * reached depends on it. */
bool arguments_hold(const struct arguments *arguments, const char *name);

/* The next word: its option's id, or one of the above. */
int arguments_next(struct arguments *arguments);

/* The number that an option's value is, from `least` to `most`. 0, or STATUS_USAGE after telling.
 */
int arguments_number(
	const char *option, const char *value, int64_t least, int64_t most, int64_t *number);

/* Room for as many named values as there may be words left; free it. NULL: no memory. */
struct tc_pair *arguments_pairs(const struct arguments *arguments);

#endif
