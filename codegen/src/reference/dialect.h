/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_DIALECT_H
#define TC_CODEGEN_DIALECT_H

/*
 * What api-reference-x1 says beyond api-reference-v0 (references/dialect.md), read into the rows
 * that the runtime has for it (taskcluster/conventions.h). All of it lies in the model's arena or
 * in its inputs.
 *
 *	dialect.c        the reference as a whole, its schemes and errors
 *	dialect_entry.c  functions
 *	dialect_query.c  arguments, query parameters, headers
 *	dialect_value.c  the kinds of values that members have
 */

#include "codegen/src/model/model.h"
#include <taskcluster/conventions.h>

struct dialect_reader {
	struct model *model;
	struct input *input;
	const struct service *service;
	const struct node *root; /* of the reference */
	tc_error *err;
};

/* A parameter of an expanded list, and where it stands. */
struct dialect_parameter {
	struct node node; /* a text or an object */
	struct node name; /* of it */
	bool bare;
};

struct dialect_list {
	struct dialect_parameter *items;
	size_t count;
	size_t sets; /* that were put in place */
};

/* What people should know of a parameter beyond its rule. */
struct dialect_word {
	const char *name, *c_name;
	const char *description;  /* NULL: none */
	const char *default_text; /* what the server takes, as JSON; NULL: not told */
	const char *operators;    /* the name of their set; NULL: none, or a list of its own */
	const char *since, *removed_in;
	bool deprecated;
};

/* A function's own rules. The query and the headers of `rules` are not set: they are shared when
 * they are written; nor is which versions have it: that is the operation's. */
struct dialect_entry {
	struct tc_operation_conventions rules;
	const struct tc_query_rule *query, *headers;           /* NULL: none; as rules.headers */
	const struct dialect_word *query_words, *header_words; /* as many; not NULL */
	const struct dialect_word *argument_words;
	struct schema event_item;
	bool events; /* the output is a stream of events */
};

/* The members of the reference beside its entries. */
int dialect_read_system(
	const struct dialect_reader *reader, const struct tc_conventions **conventions);

/* An entry's list (args, query, headers) with its sets in place. */
int dialect_expand(const struct dialect_reader *reader, const struct node *entry,
	const char *member, struct dialect_list *list);

/* All that x1 has for a function, whose other members `operation` has already, its query with the
 * headers behind it. */
int dialect_read_entry(
	const struct dialect_reader *reader, const struct node *entry, struct operation *operation);

/* The functions that sessions name must be there. */
int dialect_check_system(const struct dialect_reader *reader);

/* ---- for its own files ---- */

int dialect_read_query(const struct dialect_reader *reader, const struct node *entry,
	struct dialect_entry *dialect);
int dialect_read_arguments(const struct dialect_reader *reader, const struct node *entry,
	const struct operation *operation, struct dialect_entry *dialect);

/* Whether the query has the key, with its operator. */
bool dialect_has_key(const struct dialect_reader *reader, const struct dialect_entry *dialect,
	const char *key, bool *bare);

#endif
