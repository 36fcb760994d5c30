/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_TYPE_DECODE_H
#define TC_RUNTIME_TYPE_DECODE_H

/*
 * The decoder from within. What is open is a stack of frames; arrays and maps grow on a scratch
 * stack until their end tells how long they are, and are then copied once. What no struct takes,
 * free-form values above all, is kept aside as a tree.
 */

#include "runtime/src/json/json.h"
#include "runtime/src/json/sax.h"
#include "runtime/src/json/stack.h"
#include "runtime/src/type/type.h"
#include <stdalign.h>
#include <string.h>

/* Of structs in scratch. */
#define TC__ALIGNMENT alignof(max_align_t)

/* An object, array, map or union that is open. */
struct tc__frame {
	const struct tc_type *type;
	char *at; /* an object's or union's struct; where an array's or map's pointer goes */
	const struct tc_field *field; /* OBJECT: the member whose value comes next; NULL: it has
					 no field, or none came yet */
	const struct tc_type *arm;    /* UNION: what its value turned out to be */
	uint16_t *followers;          /* OBJECT: its row of struct tc__followers, or NULL */
	uint64_t seen;                /* OBJECT: a bit for each of 64 fields */
	size_t begin;                 /* offset in scratch of: items, entries, other members */
	size_t restore;               /* how much of scratch was used before */
	uint32_t count;               /* ARRAY, MAP: items so far */
	uint32_t others;              /* OBJECT: members kept in scratch */
	uint32_t last; /* OBJECT: the field whose member came last, from 1; 0: it has none, or
			* none came yet */
};

/* Trees that are read again: of unions that are not decided yet, and of other members. It is
 * emptied when no open frame needs it. */
struct tc__side {
	struct tc__arena arena;
	struct tc__json_stack stack;
	size_t users;
};

/* A stack of bytes that moves when it grows. */
struct tc__scratch {
	char *bytes;
	size_t used, capacity;
};

/* A member that an open object's schema does not name, in scratch. */
struct tc__other {
	const tc_json *name;
	const tc_json *value;
};

/* What becomes of a value that no struct takes. */
enum tc__aside {
	TC__ASIDE_NONE = 0,
	TC__ASIDE_SKIP,  /* dropped */
	TC__ASIDE_VALUE, /* free-form: into the arena */
	TC__ASIDE_OTHER, /* of an other member: put together when its object ends */
	TC__ASIDE_UNION  /* an object whose arm can only be told when it is whole */
};

/* What the columns of a tree's rows are to the objects of a type. Their names are many and may be
 * long, and every row has them: they are looked at once. */
struct tc__columns {
	const struct tc__json_shape *shape;
	const struct tc_type *type;
	const struct tc_field **fields;      /* of each column; NULL: it has none */
	const struct tc__json_shape *others; /* the columns without a field, of an open type */
};

/* Which field came after which lately: a text orders an object's members the same way each time.
 * Each type has a row: what came first, and behind each of its fields, as positions. They are
 * guesses, and never lead anywhere by themselves: a row may come to be another type's, and a type
 * may have ended since. */
#define TC__FOLLOWERS 512
#define TC__FOLLOWED 32
struct tc__followers {
	struct tc__followed {
		const struct tc_type *type;
		size_t begin, size; /* of its row */
	} types[TC__FOLLOWED];
	size_t used; /* of the positions */
	uint16_t positions[TC__FOLLOWERS];
};

/* Texts kept lately: replies repeat the same ids, states and scopes over and over, which saves
 * memory, and the time that it takes to touch it. */
#define TC__RECENT 256
#define TC__MARK ((uint64_t)1 << 32)
struct tc__recent {
	const char *text;
	uint64_t mark; /* the value's, plus the text's length; another one: it is gone */
};

/* What a decoder knows when it begins with the next value. Starts as {0}. */
struct tc__learnt {
	struct tc__followers followers;
	uint64_t mark; /* of the value: another multiple of TC__MARK for each */
	struct tc__recent recent[TC__RECENT];
};

/* Enough that a reply without long lists needs no malloc. */
#define TC__FRAMES_FIRST 16
#define TC__SCRATCH_FIRST 1024

struct tc__decoder {
	struct tc__sax sax; /* first: callbacks get its address */
	const struct tc__sax_events
		*events; /* its callbacks; trees that are read again go there too */
	unsigned flags;
	int code;
	struct ready *ready;    /* where it stands ready; NULL: it was made for one value */
	struct tc__arena arena; /* of the value */
	void *root;
	struct tc__scratch scratch;
	struct tc__frame *frames, *top;
	size_t frame_capacity;

	enum tc__aside aside;
	size_t aside_depth;
	const tc_json **aside_target; /* of a free-form value */
	struct tc__json_stack *tree;  /* where it grows: &stack, or that of the side */
	struct tc__side *side;        /* made when it is needed */
	const tc_json *node;          /* the object of a tree that begins next */
	struct tc__columns columns;
	bool has_stack;

	struct tc__learnt learnt;
	struct tc__json_stack stack; /* of free-form values: see tc__decoder_stack */
	struct tc__frame first_frames[TC__FRAMES_FIRST];
	alignas(max_align_t) char first_scratch[TC__SCRATCH_FIRST];
};

/* Its callbacks. */
extern const struct tc__sax_events tc__decoder_events;

/* Where the next value goes. */
struct tc__place {
	const struct tc_type *type;
	char *at;
	bool indirect;
};

/* All below return 1, or 0 when they stopped the parse, like callbacks. */

/* Fails with the JSON pointer of the value that comes next; with a name, of that member of the
 * innermost object. */
TC_PRINTF(4, 5)
int tc__decoder_fail(
	struct tc__decoder *decoder, const char *name, size_t name_length, const char *format, ...);

/* An object or union that is held by a pointer gets its struct. */
bool tc__decoder_settle(struct tc__decoder *decoder, struct tc__place *place);

/* Opens a frame whose part of scratch is aligned and empty; NULL when memory ends. */
struct tc__frame *tc__decoder_open(struct tc__decoder *decoder, const struct tc__place *place);
void tc__decoder_close(struct tc__decoder *decoder);

/* The object of the innermost frame, which was just opened: room to tell which fields were there.
 * false when memory ends. */
bool tc__fields_begin(struct tc__decoder *decoder);

/* More fields than bits in a frame: the bits of the others lie in scratch. */
#define TC__FIELD_BITS 64

/* The member whose value comes next, by the field's position; none may come twice. */
int tc__field_begin(struct tc__decoder *decoder, size_t position);

/* That the required ones were there. */
int tc__fields_end(struct tc__decoder *decoder);

/* The stack of free-form values, which is made when there is one. */
static inline struct tc__json_stack *tc__decoder_stack(struct tc__decoder *decoder)
{
	if (!decoder->has_stack)
		tc__json_stack_init(&decoder->stack, &decoder->arena);
	decoder->has_stack = true;
	return &decoder->stack;
}

/* Frees what scratch has from malloc; secrets in it are wiped. */
void tc__decoder_drop_scratch(struct tc__decoder *decoder);

/* Makes scratch at least this large. What lies there moves, and with it what frames point to. */
bool tc__decoder_grow(struct tc__decoder *decoder, size_t capacity);

/* Zeroed bytes on top of scratch, of which there must be some; NULL when memory ends. */
static inline char *tc__decoder_push(struct tc__decoder *decoder, size_t size)
{
	struct tc__scratch *scratch = &decoder->scratch;

	if (scratch->capacity - scratch->used < size &&
		!tc__decoder_grow(decoder, scratch->used + size))
		return NULL;
	char *bytes = scratch->bytes + scratch->used;
	scratch->used += size;
	if (size != sizeof(void *))
		return memset(bytes, 0, size);
	return memset(bytes, 0, sizeof(void *)); /* most are: without a call */
}

/* The next value, with all in it, is kept aside. */
int tc__aside_begin(struct tc__decoder *decoder, enum tc__aside what, const tc_json **target);
int tc__aside_null(struct tc__decoder *decoder);
int tc__aside_bool(struct tc__decoder *decoder, bool value);
int tc__aside_text(
	struct tc__decoder *decoder, enum tc_json_kind kind, const char *text, size_t length);
int tc__aside_name(struct tc__decoder *decoder, const char *text, size_t length);
int tc__aside_open(struct tc__decoder *decoder, enum tc_json_kind kind);
int tc__aside_close(struct tc__decoder *decoder);

void tc__side_free(struct tc__side *side);

/* A member of the innermost object, which is open, that has no field. */
int tc__other_begin(struct tc__decoder *decoder, const char *name, size_t length);

/* The innermost object ends: its other members become one object. */
int tc__others_end(struct tc__decoder *decoder);

/* An object begins that is one of several arms of the union at `place`. When it comes from a tree,
 * `object`, the place becomes that of its arm; else it is kept aside until it is whole. */
int tc__union_begin(struct tc__decoder *decoder, struct tc__place *place, const tc_json *object);

/* The columns of these rows, for objects of this type; NULL when memory ends. They last until
 * others are asked for. */
const struct tc__columns *tc__columns_of(struct tc__decoder *decoder,
	const struct tc__json_shape *shape, const struct tc_type *type);
void tc__columns_clear(struct tc__columns *columns);

/* The events of a tree in place of text. */
int tc__decoder_replay(struct tc__decoder *decoder, const tc_json *json);

#endif
