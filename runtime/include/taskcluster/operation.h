/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_OPERATION_H
#define TASKCLUSTER_OPERATION_H

/*
 * What the references say, as constant tables: services, their operations and their exchanges.
 * <taskcluster/registry.h> finds them by name. All of it is read-only and lives as long as the
 * program. Only pointers to these structs are ever passed: members may be added at their ends.
 */

#include <taskcluster/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tc_type;                  /* how a schema's values lie in memory */
struct tc_conventions;           /* how a system's HTTP API differs from Taskcluster's, */
struct tc_operation_conventions; /* and what only one operation has */
struct tc_refusal;               /* what servers cannot take though their schemas allow it */

enum tc_stability { TC_STABLE = 0, TC_EXPERIMENTAL, TC_DEPRECATED };

/* When an attempt that failed may be repeated. */
enum tc_retry_class {
	TC_RETRY_ALWAYS = 0, /* the operation is idempotent */
	TC_RETRY_UNSENT,     /* only when the server cannot have begun: no connection, or 429 */
	TC_RETRY_NEVER
};

struct tc_parameter {
	const char *name; /* as the reference spells it */
};

struct tc_operation {
	const struct tc_service *service;
	const char *name;   /* "listArtifacts" */
	const char *method; /* "GET" */
	const char *route;  /* "/task/<taskId>/runs/<runId>/artifacts" */
	const char *title;
	const char *description;
	const char *scopes; /* the scope expression as JSON text, or NULL for none */
	const struct tc_parameter *arguments; /* in the order of the C function's parameters */
	const struct tc_parameter *query;     /* in the order of the query struct's members */
	const struct tc_type *input;          /* NULL: no typed body */
	const struct tc_type *output;         /* NULL: no typed reply */
	const char *unsafe_member;            /* the retry class holds only when this member of */
	const char *unsafe_value;             /* the body has this text; NULL: for every body */
	uint32_t wait_ms; /* how long the server may hold the reply back (long */
			  /* polling): added to the client's timeout */
	uint8_t argument_count;
	uint8_t query_count;
	uint8_t stability; /* an enum tc_stability */
	uint8_t retry;     /* an enum tc_retry_class */
	bool has_input;    /* the reference gives a schema for the body, */
	bool has_output;   /* for the reply */
	bool blob_output;  /* the reply is bytes, not JSON */
	bool pages;        /* the list comes in pages */
	const struct tc_operation_conventions *conventions; /* NULL: Taskcluster's, and which
							       releases have it is not told */
	bool secret_reply; /* by its schema the reply may hold a secret: typed, it is wiped when
			      it is released */
	const uint16_t *success;        /* the statuses of a success, and 0 behind them; NULL: 200
					   to 299 */
	const char *const *reply_types; /* the media types that its content may have, and NULL
					   behind them; NULL: any of bytes, text/event-stream
					   of events, and application/json */
	const struct tc_refusal *refusals; /* NULL: none; ends with one without a reason */
};

struct tc_exchange {
	const struct tc_service *service;
	const char *name;     /* "taskCompleted" */
	const char *exchange; /* the whole name, "exchange/taskcluster-queue/v1/task-completed" */
	const char *title;
	const char *description;
	const struct tc_key_word *words; /* the routing key's entries in their order */
	const struct tc_type *message;   /* NULL: no typed message */
	uint8_t word_count;
	bool once; /* a routing key has one message, and another with it repeats that; false: it
		      may have several, or nobody knows */
	const char *since; /* the release that brought it; NULL: not told */
};

struct tc_key_word {
	const char *name;
	const char *constant; /* always this; NULL when the listener chooses */
	const char *summary;
	bool required;       /* the publisher always sets it; else it may be "_" */
	bool multiple_words; /* may contain dots; its wildcard is "#" */
};

struct tc_service {
	const char *name;    /* "queue"; "classic-queue" for the 2015 generation */
	const char *version; /* "v1" */
	const char *title;
	const char *description;
	const char *base_url; /* of services without the root-URL layout; NULL with it */
	const struct tc_conventions *conventions; /* NULL: Taskcluster's */
	const struct tc_operation *operations;
	const struct tc_exchange *exchanges;
	uint16_t operation_count;
	uint16_t exchange_count;
	const char *short_name; /* what {service} in a base URL stands for; NULL: the name */
	const char *release;    /* of the system that the references were taken from, "106"; NULL:
				   they do not say */
};

#ifdef __cplusplus
}
#endif

#endif
