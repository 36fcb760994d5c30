/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_EMIT_PARTS_H
#define TC_CODEGEN_EMIT_PARTS_H

/* What the files beside this one share: pieces of C that every file has. */

#include "codegen/src/input/prose.h"
#include "codegen/src/shape/shape.h"

#define EMIT_FILE_MAX ((size_t)256 << 20)

struct upper {
	char text[160];
};

/* A C name in capitals. */
struct upper emit_upper(const char *c_name);

/* The first lines of every file; service may be NULL. */
void emit_mark(struct tc__buffer *out, const struct service *service);

/* A comment of prose and, on lines of their own, facts; each line begins with the indent. */
void emit_comment(struct tc__buffer *out, const char *indent, const char *prose, const char *facts);

/* Everything around a header; `include` is that of the runtime's header it stands on. */
void emit_header_begin(struct tc__buffer *out, const char *guard, const char *include);
void emit_header_end(struct tc__buffer *out);

/* The types of a service: its header, and its tables. */
void emit_types_header(struct tc__buffer *out, const struct service *service);
void emit_types_source(struct tc__buffer *out, const struct service *service);

/* How a value is held, as C spells it: "const char *", "struct tc_opt_int64". Gives a text that
 * `buffer`, which must be empty, holds. */
const char *emit_held(struct tc__buffer *buffer, const struct shape *shape, bool direct);

/* The constant rows of a service: where they are, for its functions, and what they are. */
void emit_rows_header(struct tc__buffer *out, const struct service *service);
void emit_rows(struct tc__buffer *out, const struct service *service);

/* What there is of a service, in the head of its header: functions and exchanges with their types.
 */
void emit_contents(struct tc__buffer *out, const struct service *service);

/* What the parameters of a service mean, for its header; nothing for plain references. */
void emit_glossary(struct tc__buffer *out, const struct service *service);

/* The functions with structs: declarations, and definitions. */
void emit_faces_declare(
	struct tc__buffer *out, const struct service *service, const struct operation *operation);
void emit_faces_define(
	struct tc__buffer *out, const struct service *service, const struct operation *operation);

#endif
