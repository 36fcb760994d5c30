/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_JSON_H
#define TASKCLUSTER_JSON_H

/*
 * Free-form JSON: an immutable tree in one piece of memory. Only the pointer that tc_json_parse or
 * tc_json_build stored goes to tc_release(); the values below it live and end with it. A tree may
 * be read by any number of threads at once.
 *
 * Every getter accepts NULL and answers as for an absent value, so that they chain:
 *
 *	const char *state = tc_json_text(tc_json_at(root, "/status/runs/0/state"));
 */

#include <taskcluster/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_json tc_json;

enum tc_json_kind {
	TC_JSON_ABSENT = 0, /* what NULL is */
	TC_JSON_NULL,
	TC_JSON_BOOL,
	TC_JSON_NUMBER,
	TC_JSON_STRING,
	TC_JSON_ARRAY,
	TC_JSON_OBJECT
};

/* How deep arrays and objects may nest, in texts that are read and in trees that are built. */
#define TC_JSON_DEPTH_MAX 512

/*
 * Reads one JSON text (RFC 8259) of `length` bytes, which need not end in NUL and may be released
 * afterwards. Refused with TC_ERROR_INPUT, naming line and column: anything malformed, text after
 * the value, comments, invalid UTF-8, a name twice in one object, nesting beyond
 * TC_JSON_DEPTH_MAX.
 */
TC_API int tc_json_parse(const char *text, size_t length, const tc_json **json, tc_error *err);

enum tc_json_read_flag {
	/* Half of a surrogate pair, such as \ud83d alone, is no character and is refused; with this
	 * flag it becomes U+FFFD. Some servers write what was cut in the middle of a character, or
	 * was no text at all, so; replies are read with it. */
	TC_JSON_MEND = 1
};

/* tc_json_parse with flags, enum tc_json_read_flag: for texts that others wrote, such as messages.
 */
TC_API int tc_json_read(
	const char *text, size_t length, unsigned flags, const tc_json **json, tc_error *err);

TC_API enum tc_json_kind tc_json_kind(const tc_json *json);

/* A string's bytes, UTF-8, with a NUL behind them; NULL unless it is a string. A string that
 * contains \u0000 is whole only by its length. For a number: its digits as they were written. */
TC_API const char *tc_json_text(const tc_json *json);
TC_API size_t tc_json_text_length(const tc_json *json);

/* true only for the JSON value true. */
TC_API bool tc_json_true(const tc_json *json);

/* Stores a number's value and returns true; false, and nothing stored, when it is no number, does
 * not fit, or (int64) has a fraction. "1e3" and "1.0" are integers; no double is near "1e400".
 * Independent of the locale. */
TC_API bool tc_json_int64(const tc_json *json, int64_t *value);
TC_API bool tc_json_double(const tc_json *json, double *value);

/* The number of an array's items or an object's members; 0 for all else. */
TC_API size_t tc_json_count(const tc_json *json);

/* An array's item, or the value of an object's member, by position; NULL beyond the end. */
TC_API const tc_json *tc_json_item(const tc_json *json, size_t position);

/* The name of an object's member by position, as a string value; NULL beyond the end. */
TC_API const tc_json *tc_json_name(const tc_json *json, size_t position);

/* An object's member by name; NULL when absent. Members keep the order of the text. */
TC_API const tc_json *tc_json_get(const tc_json *json, const char *name);
TC_API const tc_json *tc_json_get_n(const tc_json *json, const char *name, size_t length);

/* The value at a JSON pointer (RFC 6901); "" is the value itself; NULL when nothing is there. */
TC_API const tc_json *tc_json_at(const tc_json *json, const char *pointer);

/* Equal as JSON: members in any order, numbers by exact decimal value (1.0 equals 1). */
TC_API bool tc_json_equal(const tc_json *a, const tc_json *b);

enum tc_json_style {
	TC_JSON_COMPACT = 0,
	TC_JSON_PRETTY = 1 /* two-space indent, a line feed at the end */
};

/* Writes JSON text, numbers as they were read. *length may be NULL. Release *text. */
TC_API int tc_json_write(
	const tc_json *json, enum tc_json_style style, char **text, size_t *length, tc_error *err);

/*
 * Building. A builder collects one value; what goes wrong on the way (a name missing or given
 * twice, an end too many, invalid UTF-8, NaN) is kept and told by tc_json_build, so that the calls
 * between need no checks.
 *
 *	tc_json_builder *b = tc_json_builder_new();
 *	tc_json_add_object(b);
 *	tc_json_add_name(b, "rank");
 *	tc_json_add_int64(b, 0);
 *	tc_json_end(b);
 *	int rc = tc_json_build(b, &json, &err);      (and b is gone, also on failure)
 */
typedef struct tc_json_builder tc_json_builder;

/* NULL when memory ends; every function below accepts that NULL, and tc_json_build reports it. */
TC_API tc_json_builder *tc_json_builder_new(void);
TC_API void tc_json_add_object(tc_json_builder *builder);
TC_API void tc_json_add_array(tc_json_builder *builder);
TC_API void tc_json_end(tc_json_builder *builder); /* of the innermost open object or array */
TC_API void tc_json_add_name(tc_json_builder *builder, const char *name);
TC_API void tc_json_add_null(tc_json_builder *builder);
TC_API void tc_json_add_bool(tc_json_builder *builder, bool value);
TC_API void tc_json_add_int64(tc_json_builder *builder, int64_t value);
TC_API void tc_json_add_double(tc_json_builder *builder, double value); /* shortest exact text */
TC_API void tc_json_add_string(tc_json_builder *builder, const char *text); /* NULL adds null */
TC_API void tc_json_add_string_n(tc_json_builder *builder, const char *text, size_t length);
/* A deep copy. NULL is an error, not null: absent stays absent. */
TC_API void tc_json_add_json(tc_json_builder *builder, const tc_json *json);

/* Ends the building: stores the tree, or fails with the first thing that went wrong
 * (TC_ERROR_INPUT or TC_ERROR_NOMEM). Frees the builder in either case. */
TC_API int tc_json_build(tc_json_builder *builder, const tc_json **json, tc_error *err);

/* Drops a builder without building. NULL is fine. */
TC_API void tc_json_builder_free(tc_json_builder *builder);

#ifdef __cplusplus
}
#endif

#endif
