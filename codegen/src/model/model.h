/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_MODEL_H
#define TC_CODEGEN_MODEL_H

/*
 * What all the references say together, checked, with the C names chosen: everything that emit
 * needs, and nothing about JSON or C text. All of it lies in the model's arena or in its inputs.
 */

#include "codegen/src/input/input.h"
#include "codegen/src/model/name.h"
#include <taskcluster/conventions.h>

/* A schema that a function or an exchange names. */
struct schema {
	const char *name;                /* as the reference spells it; NULL: none */
	const struct document *document; /* NULL: free-form JSON, whose schema nobody has */
	const tc_json *root;             /* the value in the document that the name points to */
};

struct shape; /* what it is in C: shape.h */

struct parameter {
	const char *name;   /* as the reference spells it */
	const char *c_name; /* of the parameter or the struct's member */
	const char *empty;  /* of an argument: what an empty one means; NULL: it is refused */
};

/* What servers cannot take, and where the input says so, for errors. */
struct refusal {
	struct tc_refusal rule;
	const char *file, *place;
};

struct operation {
	const char *name, *c_name;
	const char *title, *description;
	const char *method; /* "GET" */
	const char *route;
	const char *scopes;      /* the scope expression as JSON text; NULL: none */
	const char *scopes_text; /* the same for people */
	struct parameter *arguments, *query;
	size_t argument_count, query_count;
	struct schema input, output;
	struct shape *input_shape, *output_shape; /* NULL: free-form, or nothing */
	struct shape *event_shape;                /* of a stream's events */
	bool secret_reply;
	enum tc_stability stability;
	enum tc_retry_class retry;
	const char *unsafe_member, *unsafe_value;
	struct refusal *refusals;
	size_t refusal_count;
	const char *since, *removed_in; /* versions of the system; NULL: not told */
	uint32_t wait_ms;
	const uint16_t *success;        /* statuses, ended by 0; NULL: 200 to 299 */
	const char *const *reply_types; /* ended by NULL; NULL: those of its kind */
	bool blob_output, pages;
	const struct dialect_entry *dialect; /* what x1 adds; NULL: a plain reference */
};

struct key_word {
	const char *name, *c_name;
	const char *constant; /* NULL: the listener chooses */
	const char *summary;
	bool required, multiple_words;
};

struct exchange {
	const char *name, *c_name;
	const char *title, *description;
	const char *exchange; /* with its prefix */
	struct key_word *words;
	size_t word_count;
	const struct exchange *words_owner; /* the first of its service with the same words */
	struct schema message;
	struct shape *message_shape; /* NULL: free-form */
	const char *since;           /* a version of the system; NULL: not told */
	bool once;                   /* one message for each key */
};

/* A service: its functions come from one reference, its exchanges from another, or from none. */
struct service {
	struct service *next; /* in the order of their names, once an input is read */
	const char *name;     /* "purge-cache" */
	const char *c_name;   /* "purge_cache" */
	const char *schemas;  /* where its schemas lie: "schemas/purge-cache/" */
	const char *title, *description, *version;
	const char *short_name; /* where {service} in a base URL is not the name; or NULL */
	const char *release;    /* of the references; NULL: not told */
	const char *base_url;   /* NULL: below the root URL */
	const struct tc_conventions *conventions; /* NULL: Taskcluster's */
	const struct input *input;                /* that has its references */
	const struct document *api, *events;
	struct operation *operations;
	size_t operation_count;
	struct exchange *exchanges;
	size_t exchange_count;
	struct shape *shapes; /* that need a struct, in the order of their declaration */
	struct shape *roots;  /* all that functions and exchanges name */
};

/* Something about the input that is no reason to refuse it. */
struct warning {
	struct warning *next;
	const char *text; /* "file: /pointer: what is so" */
};

struct model {
	struct tc__arena arena;
	size_t bytes_max; /* of all files of an input together; 0: no limit but that of a file */
	bool one_host;    /* takes no references that name a host: of other systems, of 2015 */
	bool for_rows;    /* no C is written of it: types need no names, and no words for people */
	struct input *inputs; /* the newest first */
	struct service *services;
	struct table service_names; /* -> struct service */
	struct names names;
	struct table schema_nodes; /* those that type has to follow; see type.h */
	size_t schema_count, entry_count;
	struct table patterns; /* of schemas -> struct pattern_fault: each is compiled once */
	struct schema_edge *schema_edges, **last_edge;
	struct warning *warnings, **last_warning;
};

/* Makes an empty model; it must not move. */
void model_open(struct model *model);

/* The service of that name; NULL: there is none. */
struct service *model_service(const struct model *model, const char *name);

/* Adds a service that has its name, in front of the others; false when memory ends. */
bool model_add_service(struct model *model, struct service *service);

/* Puts the services into the order of their names; false when memory ends. */
bool model_sort_services(struct model *model);

/* An operation's argument of that name; NULL: it has none. */
struct parameter *model_argument(const struct operation *operation, const char *name);

/* Keeps a warning about a node; fails only when memory ends. */
TC_PRINTF(4, 5)
int model_warn(
	struct model *model, const struct node *node, tc_error *err, const char *format, ...);

/* Takes what model_open and all that followed allocated, inputs included. */
void model_close(struct model *model);

#endif
