/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CONVENTIONS_H
#define TASKCLUSTER_CONVENTIONS_H

/*
 * What differs between systems, as the generator writes it into tables and the runtime obeys it.
 * For generated code and the library only; it may change with every version. What a member means
 * is said in references/dialect.md. A table that is missing, and a member that is zero, mean what
 * Taskcluster does. Lists of texts end with NULL, lists of rows with one whose first member is
 * NULL or 0.
 */

#include <taskcluster/operation.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A list of texts, with its end: TC_TEXTS("a", "b"). */
#define TC_TEXTS(...) \
	(const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}

/* ---- a system ---- */

enum tc_error_kind {
	TC_ERROR_SHAPE_END = 0,
	TC_ERROR_SHAPE_MEMBERS,
	TC_ERROR_SHAPE_STRING,
	TC_ERROR_SHAPE_LIST,
	TC_ERROR_SHAPE_FIELDS,
	TC_ERROR_SHAPE_RPC
};

struct tc_error_shape {
	uint8_t kind;               /* an enum tc_error_kind */
	const char *const *message; /* JSON pointers, for MEMBERS */
	const char *const *code;    /* NULL: none */
	const char *info;           /* NULL: none */
	const uint16_t *statuses;   /* ends with 0; NULL: all */
};

struct tc_clock_rule {
	uint16_t status;
	const char *pattern;
};

struct tc_hawk_scheme {
	int64_t skew_s;
	bool no_extensions, no_signed_urls;
	const char *removed_in;
};

struct tc_session_scheme {
	const char *login, *logout; /* names of operations; logout may be NULL */
	const char *const *cookies;
	const uint16_t *expired_statuses; /* ends with 0 */
	int64_t lifetime_s;               /* 0: unknown */
	const char *csrf_cookie, *csrf_header;
	bool basic; /* the client logs in by itself */
	bool csrf_referer;
};

struct tc_conventions {
	const char *server_url; /* a template; NULL: below Taskcluster's root URL */
	const char *server_default;
	const char *environment_url, *environment_id, *environment_secret;
	const char *accept;
	const char *const *refused_user_agents; /* patterns */
	const char *trace_header;               /* another name for it */
	const char *operator_separator;         /* NULL: "__" */
	const char *const *reply_types;         /* of replies that are JSON; NULL: its own */
	const uint16_t *final_statuses;         /* ends with 0 */
	const struct tc_error_shape *errors;
	const struct tc_clock_rule *clock;
	const struct tc_hawk_scheme *hawk; /* NULL: none, since there are conventions */
	const struct tc_session_scheme *session;
	int64_t body_max; /* 0: 10 MiB; negative: no limit */
	bool no_trace_header;
	bool anonymous_reads;
	bool session_first; /* of the schemes */
};

/* ---- an operation ---- */

enum tc_argument_kind {
	TC_ARGUMENT_STRING = 0,
	TC_ARGUMENT_INTEGER,
	TC_ARGUMENT_EITHER /* digits alone are a number */
};

struct tc_argument_rule {
	uint8_t kind;        /* an enum tc_argument_kind */
	bool segments;       /* a slash separates segments of the path */
	const char *pattern; /* NULL: any text */
	const char *empty;   /* what an empty one means, for people; NULL: it is refused */
};

enum tc_value_type {
	TC_VALUE_STRING = 0,
	TC_VALUE_INTEGER,
	TC_VALUE_NUMBER,
	TC_VALUE_BOOLEAN,
	TC_VALUE_DATE,
	TC_VALUE_DATE_TIME
};

enum tc_value_list { TC_LIST_SINGLE = 0, TC_LIST_REPEAT, TC_LIST_COMMA };

enum tc_query_role { TC_ROLE_PLAIN = 0, TC_ROLE_SELECT, TC_ROLE_ORDER };

struct tc_query_operator {
	const char *name;
	uint8_t list; /* an enum tc_value_list */
};

/* A parameter of the query, or a header. */
struct tc_query_rule {
	const char *name;
	const struct tc_query_operator *operators; /* NULL: none */
	const char *const *values;                 /* NULL: any */
	const char *const *besides;                /* the only keys that go with it; NULL: any */
	const char *minimum, *maximum;             /* digits; NULL: none */
	uint8_t type, list, role;
	bool no_bare; /* never without an operator, and not in the query struct */
	bool required;
	bool reversible; /* a value may have a "-" in front */
	bool field;      /* about a member of the items, */
	bool secret;
	const char *member; /* which is this one; NULL: the one of its own name */
};

enum tc_authentication {
	TC_AUTHENTICATION_OPTIONAL = 0,
	TC_AUTHENTICATION_REQUIRED,
	TC_AUTHENTICATION_NEVER
};

struct tc_envelope {
	const char *items; /* NULL: the reply itself is the list */
	const char *rows;  /* NULL: items are no rows */
	bool single;
};

enum tc_paging_style {
	TC_PAGING_TOKEN = 0,
	TC_PAGING_OFFSET,
	TC_PAGING_PAGE,
	TC_PAGING_CURSOR,
	TC_PAGING_KEYSET
};

struct tc_paging {
	uint8_t style;     /* an enum tc_paging_style */
	bool stop_short;   /* OFFSET: a page of fewer items than asked for is the last */
	const char *query; /* the key that moves on: token, offset, page, cursor or keyset's */
	const char *next;  /* TOKEN, PAGE, CURSOR: where the reply has what is next */
	const char *limit; /* the key of a page's size; NULL: none */
	const char *order_query, *order_value;
	const char *key, *unique; /* KEYSET: pointers into an item */
	const char *single_query; /* with this key there is one page, */
	int64_t single_max;       /* of at most so many items */
	int64_t add, size, maximum;
	int64_t standard; /* items of a page when nobody says how many; 0: unknown */
};

struct tc_rpc {
	const char *method;
	bool result_required;
};

struct tc_event_stream {
	const char *handshake; /* NULL: none */
	const char *name;
	const struct tc_type *item; /* NULL: free-form */
};

struct tc_operation_conventions {
	const char *base;                         /* a template instead of the system's */
	const char *accept;                       /* instead of the system's */
	const struct tc_argument_rule *arguments; /* one for each, or NULL */
	const struct tc_query_rule *const *query; /* all; bare ones in operation->query's order */
	const struct tc_query_rule *headers;      /* their values are behind the query's */
	const char *const *const *require_one_of; /* keys of the query */
	const char *const *const *input_one_of;   /* members of the body */
	const struct tc_envelope *envelope;
	const char *const *output_tuple;
	const struct tc_paging *paging;
	const struct tc_rpc *rpc;
	const struct tc_event_stream *events;
	const char *since, *removed_in;
	uint8_t authentication; /* an enum tc_authentication */
};

/* Something that servers cannot take although their schemas allow it, such as a number that their
 * database has no room for. It is refused before it is sent, unless tc_options.unchecked_bodies.
 * Rules that are absent, NULL or 0 are none; a value of another kind than a rule is about is left
 * to the schema. */
struct tc_refusal {
	const char *reason;      /* why, for people; NULL ends a list */
	const char *release;     /* the release that it was seen in */
	const char *argument;    /* of the route; NULL: it is about the body */
	const char *pointer;     /* into the body, a JSON pointer; "": all of it */
	const char *when_member; /* only about bodies whose member has this text */
	const char *when_value;
	const char *minimum, *maximum; /* of a number; digits */
	const char *pattern;           /* found in a text */
	uint32_t max_length;           /* of a text, in characters */
	bool integer;                  /* a number without a fraction */
	bool no_nul;                   /* no text and no name in it has U+0000 */
	bool unique;                   /* no two texts of an array are equal */
	bool required;                 /* it is there */
};

/* Conventions within an operation's row: TC_RULES(.base = "{root}"). */
#define TC_RULES(...) \
	&(const struct tc_operation_conventions) \
	{ \
		__VA_ARGS__ \
	}

#ifdef __cplusplus
}
#endif

#endif
