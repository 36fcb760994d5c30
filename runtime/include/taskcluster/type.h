/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_TYPE_H
#define TASKCLUSTER_TYPE_H

/*
 * Typed JSON: the generated structs of requests, replies and messages, read from JSON text and
 * written as it. Functions with typed bodies and replies do this by themselves; a Pulse listener or
 * a tool does it here, with the struct tc_type that stands beside every generated struct:
 *
 *	struct tc_queue_task_completed_message *message =
 *		tc_decode(&tc_queue_task_completed_message_type, body, length, 0, &err);
 *	if (message)
 *		printf("%s: %s\n", message->status.task_id, message->status.state);
 *	tc_release(message);
 *
 * How a schema's values lie in a generated struct. A member is called as in the schema, in C's
 * spelling: taskId is task_id. Absent, zero and empty are always told apart, and a struct set to
 * {0} has nothing but its required scalars and its required structs.
 *
 *	string         const char *x;               NULL: absent
 *	integer,       int64_t, double, bool x;     required: always sent
 *	number, bool   struct tc_opt_int64 x; …     optional: {0} is absent
 *	object         struct y x;                  required: embedded
 *	               const struct y *x;           optional: NULL is absent
 *	array          const T *x; size_t x_count;  NULL, count 0: absent; empty: not NULL, count 0
 *	map            const struct y *x;           an object with members of any name: an array
 *	               size_t x_count;              of { const char *key; T value; }
 *	free-form      const tc_json *x;            NULL: absent
 *	several shapes struct { tag; union; } x;    see below; optional: a pointer to it
 *
 * A required member of a request that has a default may be left out, so it is held as an optional
 * one. A required string that can have one value only is filled in when it is NULL. A member
 * that the schema allows to be null has a `bool x_null` beside it: true sends null, whatever x
 * holds, and says of a reply that null came; an array's items that may be null are held as optional
 * ones, and absent is null. Dates are strings; <taskcluster/date.h> converts them. Numbers that are
 * not integers are doubles; who needs their digits as they were written reads the reply as tc_json.
 *
 * A free-form value is read from text by tc_json_parse, or put together by a tc_json_builder, and
 * stays the caller's. There is no other way to say an empty object:
 *
 *	const tc_json *nothing = NULL;
 *	tc_json_parse("{}", 2, &nothing, &err); (tc_release it when the body has been sent)
 *
 * Where a schema has text that programs printed, which may have any character, NUL too, it is a
 * free-form value: a string, whole by its tc_json_text_length. Other strings of replies have U+FFFD
 * in place of a NUL.
 *
 * An object that may have members its schema does not name keeps them, as one object, in
 * `const tc_json *other_members`, NULL for none; they are sent with the others.
 *
 * One of several shapes: `tag` says which member of the union that follows is the value.
 * TC_TAG_UNSET (0) cannot be sent. TC_TAG_UNKNOWN is a shape that this version does not know: its
 * JSON is in `unknown`.
 *
 * What tc_decode returns lies in one piece of memory: tc_release it, and nothing that is reached
 * through it. It may be read by several threads. What tc_encode reads belongs to the caller.
 */

#include <taskcluster/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A schema as the codec sees it: a constant table that lies beside the generated struct. */
struct tc_type;

/* The tags that every union has; the others are its own, from 1. */
#define TC_TAG_UNSET 0
#define TC_TAG_UNKNOWN (-1)

enum tc_decode_flag {
	/* Takes what breaks the schema: a required member that is missing stays {0}, a value of the
	 * wrong kind counts as absent (in an array: stays {0}), null as absent. */
	TC_DECODE_LENIENT = 1,
	/* It may hold secrets: tc_release wipes it. */
	TC_DECODE_SECRET = 2,
	/* Half of a surrogate pair becomes U+FFFD (TC_JSON_MEND), and so does \u0000 where C text
	 * is to hold it. Replies are read so. */
	TC_DECODE_MEND = 4
};

enum tc_encode_flag {
	/* Writes without the checks that a server would make: required members, enum values,
	 * patterns, lengths, ranges, formats, uniqueness. */
	TC_ENCODE_UNCHECKED = 1
};

/*
 * Reads a value of `type` from JSON text, which need not end in NUL and may be released afterwards.
 * NULL on failure, with TC_ERROR_INPUT: malformed JSON (as tc_json_parse refuses it), a required
 * member that is missing, a value of the wrong kind, an integer beyond 64 bits, \u0000 in a string,
 * a member twice. tc_error_pointer says where. Members and values of enums that the schema does not
 * name are never an error, and none of the checks of tc_encode are made. Release the result.
 */
TC_API void *tc_decode(
	const struct tc_type *type, const char *text, size_t length, unsigned flags, tc_error *err);

/* The same from a tree that was already read; nothing of it is referenced afterwards. NULL is
 * refused as an absent value is. */
TC_API void *tc_decode_json(
	const struct tc_type *type, const tc_json *json, unsigned flags, tc_error *err);

/*
 * Writes a value of `type` as compact JSON text, members in the order of the schema. What a server
 * would refuse is refused here, with TC_ERROR_INPUT, the JSON pointer and the rule (unless
 * TC_ENCODE_UNCHECKED says otherwise). *length may be NULL. Release *text.
 */
TC_API int tc_encode(const struct tc_type *type, const void *value, unsigned flags, char **text,
	size_t *length, tc_error *err);

/* Only the checks of tc_encode. */
TC_API int tc_check(const struct tc_type *type, const void *value, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
