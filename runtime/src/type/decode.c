/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/type/decode.h"

#include <string.h>

/* What empty arrays point to. */
static const max_align_t nothing;

/* How much of a text is shown, without cutting a character. */
static int shown(const char *text, size_t length)
{
	size_t most = 40;

	if (length <= most)
		return (int)length;
	while (most && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return (int)most;
}

/* The place cannot hold this value. A string is shown only where a number or boolean was expected:
 * one that came in place of an object may carry a secret. */
TC__APART static int mismatch(struct tc__decoder *d, const struct tc__place *place,
	enum tc_json_kind kind, const char *text, size_t length)
{
	char expected[TC__KINDS_TEXT], got[TC__KINDS_TEXT];
	unsigned kinds = tc__type_kinds(place->type);
	bool integer = place->type->kind == TC_TYPE_INT64;

	if (d->flags & TC_DECODE_LENIENT)
		return 1;
	const char *what = integer ? "an integer" : tc__type_kinds_text(kinds, expected);
	if (kind == TC_JSON_NUMBER)
		return tc__decoder_fail(d, NULL, 0, "expected %s%s, got %.*s", what,
			integer ? " of 64 bits" : "", shown(text, length), text);
	if (kind == TC_JSON_BOOL)
		return tc__decoder_fail(d, NULL, 0, "expected %s, got %s", what, text);
	if (kind == TC_JSON_STRING && kinds & (TC_JSON_IS(NUMBER) | TC_JSON_IS(BOOL)))
		return tc__decoder_fail(d, NULL, 0, "expected %s, got the string \"%.*s\"", what,
			shown(text, length), text);
	return tc__decoder_fail(
		d, NULL, 0, "expected %s, got %s", what, tc__type_kinds_text(1u << kind, got));
}

/*
 * Where the next value goes
 */

static inline bool next_place(struct tc__decoder *d, struct tc__place *place)
{
	struct tc__frame *top = d->top;
	const struct tc_type *type = top->type;

	switch ((enum tc_type_kind)type->kind) {
	case TC_TYPE_OBJECT:
		place->type = top->field->type;
		place->at = top->at + top->field->offset;
		place->indirect = top->field->flags & TC_INDIRECT;
		return true;
	case TC_TYPE_ARRAY:
		top->count++;
		place->type = type->of.item;
		place->at = tc__decoder_push(d, type->size);
		place->indirect = type->flags & TC_INDIRECT;
		return place->at != NULL;
	case TC_TYPE_MAP: /* its entry is there since its name came */
		place->type = type->of.item;
		place->at = d->scratch.bytes + d->scratch.used - type->size + type->offset;
		place->indirect = type->flags & TC_INDIRECT;
		return true;
	default: /* a union whose arm is known, or the root */
		place->type = top->arm;
		place->at = top->at + type->offset;
		place->indirect = false;
		return true;
	}
}

/* The arm of a union that the value's kind alone tells, or NULL. */
static const struct tc_arm *arm_by_kind(const struct tc_type *type, enum tc_json_kind kind)
{
	const struct tc_arm *found = NULL;

	for (size_t i = 0; i < type->count; i++) {
		const struct tc_arm *arm = &type->of.arms[i];
		if (!(tc__type_kinds(arm->type) & 1u << kind))
			continue;
		if (kind == TC_JSON_OBJECT && (found || arm->value_count))
			return NULL;
		if (!found)
			found = arm;
	}
	return found;
}

/* Goes into a union as far as the value's kind tells where. */
static bool enter_union(struct tc__decoder *d, struct tc__place *place, enum tc_json_kind kind)
{
	while (place->type->kind == TC_TYPE_UNION) {
		const struct tc_arm *arm = arm_by_kind(place->type, kind);
		if (!arm)
			return true;
		if (!tc__decoder_settle(d, place))
			return false;
		int tag = (int)(arm - place->type->of.arms) + 1;
		memcpy(place->at, &tag, sizeof tag);
		place->at += place->type->offset;
		place->type = arm->type;
	}
	return true;
}

/* The type there is a union only when no arm takes the kind, or a whole object must tell which. */
static inline bool find_place(
	struct tc__decoder *d, struct tc__place *place, enum tc_json_kind kind)
{
	if (!next_place(d, place))
		return false;
	return place->type->kind != TC_TYPE_UNION || enter_union(d, place, kind);
}

/* Whether it is a free-form value of a kind that it may have; then it is kept. */
static bool begin_json(struct tc__decoder *d, const struct tc__place *place, enum tc_json_kind kind)
{
	if (place->type->kind != TC_TYPE_JSON || !(tc__type_kinds(place->type) & 1u << kind))
		return false;
	return tc__aside_begin(d, TC__ASIDE_VALUE, (const tc_json **)(void *)place->at);
}

/*
 * Scalars
 */

static int on_null(void *context)
{
	struct tc__decoder *d = context;
	struct tc__place place;

	if (d->aside)
		return tc__aside_null(d);
	const struct tc__frame *top = d->top;
	if (!find_place(d, &place, TC_JSON_NULL))
		return tc__sax_no_memory(&d->sax);
	if (begin_json(d, &place, TC_JSON_NULL))
		return tc__aside_null(d);
	if (top->type->kind == TC_TYPE_OBJECT && top->field->flags & TC_NULLABLE) {
		*(bool *)(void *)(top->at + top->field->null_offset) = true;
		return 1;
	}
	if (top->type->kind != TC_TYPE_OBJECT && place.indirect)
		return 1;
	return mismatch(d, &place, TC_JSON_NULL, "null", 4);
}

static int on_boolean(void *context, int value)
{
	struct tc__decoder *d = context;
	struct tc__place place;

	if (d->aside)
		return tc__aside_bool(d, value);
	if (!find_place(d, &place, TC_JSON_BOOL))
		return tc__sax_no_memory(&d->sax);
	if (begin_json(d, &place, TC_JSON_BOOL))
		return tc__aside_bool(d, value);
	if (place.type->kind != TC_TYPE_BOOL)
		return mismatch(d, &place, TC_JSON_BOOL, value ? "true" : "false", 0);
	if (place.indirect)
		*(struct tc_opt_bool *)(void *)place.at = (struct tc_opt_bool){ true, value };
	else
		*(bool *)(void *)place.at = value;
	return 1;
}

static inline bool read_int64(const char *text, size_t length, int64_t *value)
{
	int64_t sum = 0;

	if (length > 18)
		return tc__number_int64(text, length, value);
	for (size_t i = 0; i < length; i++) {
		unsigned digit = (unsigned)(unsigned char)text[i] - '0';
		if (digit > 9)
			return tc__number_int64(text, length, value);
		sum = sum * 10 + (int64_t)digit;
	}
	*value = sum;
	return true;
}

static int on_number(void *context, const char *text, size_t length)
{
	struct tc__decoder *d = context;
	struct tc__place place;
	int64_t integer;

	if (d->aside)
		return tc__aside_text(d, TC_JSON_NUMBER, text, length);
	if (!find_place(d, &place, TC_JSON_NUMBER))
		return tc__sax_no_memory(&d->sax);
	if (begin_json(d, &place, TC_JSON_NUMBER))
		return tc__aside_text(d, TC_JSON_NUMBER, text, length);
	void *at = place.at;
	if (place.type->kind == TC_TYPE_INT64 && read_int64(text, length, &integer)) {
		if (place.indirect)
			*(struct tc_opt_int64 *)at = (struct tc_opt_int64){ true, integer };
		else
			*(int64_t *)at = integer;
		return 1;
	}
	double number = tc__number_double(text, length);
	if (place.type->kind != TC_TYPE_DOUBLE || number - number != 0) /* infinite */
		return mismatch(d, &place, TC_JSON_NUMBER, text, length);
	if (place.indirect)
		*(struct tc_opt_double *)at = (struct tc_opt_double){ true, number };
	else
		*(double *)at = number;
	return 1;
}

/* Where in the recent texts one of this look would be. */
static inline struct tc__recent *recent_slot(struct tc__decoder *d, const char *text, size_t length)
{
	uint64_t begin, end = 0;

	if (length >= sizeof begin) {
		memcpy(&begin, text, sizeof begin);
		memcpy(&end, text + length - sizeof end, sizeof end);
	} else {
		begin = tc__text_word(text, length);
	}
	uint64_t hash = (begin + end * 31 + length) * UINT64_C(0x9E3779B97F4A7C15);
	return &d->learnt.recent[hash >> 32 & (TC__RECENT - 1)];
}

/* A copy of a text with U+FFFD for each NUL; NULL when memory ends. */
static char *replace_nuls(struct tc__arena *arena, const char *text, size_t length)
{
	static const char replacement[] = "\xEF\xBF\xBD";
	size_t wide = sizeof replacement - 1, size = length + 1;

	for (size_t i = 0; i < length; i++)
		size += text[i] ? 0 : wide - 1;
	char *copy = tc__arena_bytes(arena, size), *to = copy;
	for (size_t i = 0; copy && i < length; i++) {
		if (text[i]) {
			*to++ = text[i];
			continue;
		}
		memcpy(to, replacement, wide);
		to += wide;
	}
	if (copy)
		*to = '\0';
	return copy;
}

/* A string that is not whole as C text. */
static int keep_nul(struct tc__decoder *d, const char **target, const char *text, size_t length)
{
	if (!(d->flags & (TC_DECODE_MEND | TC_DECODE_LENIENT)))
		return tc__decoder_fail(d, NULL, 0, "contains \\u0000, which C text cannot hold");
	if (!(d->flags & TC_DECODE_MEND))
		return 1;
	*target = replace_nuls(&d->arena, text, length);
	return *target ? 1 : tc__sax_no_memory(&d->sax);
}

static int keep_string(struct tc__decoder *d, const char **target, const char *text, size_t length)
{
	struct tc__recent *recent = recent_slot(d, text, length);

	if (recent->mark == d->learnt.mark + length && tc__text_same(recent->text, text, length)) {
		*target = recent->text;
		return 1;
	}
	if (d->sax.nul && memchr(text, '\0', length))
		return keep_nul(d, target, text, length);
	*target = tc__arena_text(&d->arena, text, length);
	if (!*target)
		return tc__sax_no_memory(&d->sax);
	if (length < UINT32_MAX)
		*recent = (struct tc__recent){ *target, d->learnt.mark + length };
	return 1;
}

/* A string anywhere. */
TC__APART static int add_string(struct tc__decoder *d, const char *text, size_t length)
{
	struct tc__place place;

	if (!find_place(d, &place, TC_JSON_STRING))
		return tc__sax_no_memory(&d->sax);
	if (place.type->kind == TC_TYPE_TEXT)
		return keep_string(d, (const char **)(void *)place.at, text, length);
	if (begin_json(d, &place, TC_JSON_STRING))
		return tc__aside_text(d, TC_JSON_STRING, text, length);
	return mismatch(d, &place, TC_JSON_STRING, text, length);
}

/* Where the next value goes if it is a text that needs no more scratch than there is; else NULL. */
static inline const char **next_text(struct tc__decoder *d)
{
	struct tc__frame *top = d->top;
	struct tc__scratch *scratch = &d->scratch;
	const struct tc_type *type = top->type;

	if (type->kind == TC_TYPE_OBJECT)
		return top->field->type->kind == TC_TYPE_TEXT
			? (void *)(top->at + top->field->offset)
			: NULL;
	if (type->kind == TC_TYPE_MAP && type->of.item->kind == TC_TYPE_TEXT)
		return (void *)(scratch->bytes + scratch->used - type->size + type->offset);
	if (type->kind != TC_TYPE_ARRAY || type->of.item->kind != TC_TYPE_TEXT ||
		scratch->capacity - scratch->used < sizeof(char *))
		return NULL;
	top->count++;
	scratch->used += sizeof(char *);
	return (void *)(scratch->bytes + scratch->used - sizeof(char *));
}

/* Most strings are short texts of structs. This way calls nothing. */
static int on_string(void *context, const unsigned char *bytes, size_t length)
{
	struct tc__decoder *d = context;
	const char *text = (const char *)bytes, **target = NULL;

	if (d->aside)
		return tc__aside_text(d, TC_JSON_STRING, text, length);
	if (length <= TC__TEXT_SHORT && !d->sax.nul && tc__text_has_room(&d->arena, length))
		target = next_text(d);
	if (!target)
		return add_string(d, text, length);
	struct tc__recent *recent = recent_slot(d, text, length);
	if (recent->mark == d->learnt.mark + length &&
		tc__text_same_short(recent->text, text, length)) {
		*target = recent->text;
		return 1;
	}
	*target = tc__text_keep_short(&d->arena, text, length);
	*recent = (struct tc__recent){ *target, d->learnt.mark + length };
	return 1;
}

/*
 * Objects and maps
 */

static int open_object(struct tc__decoder *d, struct tc__place *place)
{
	if (!tc__decoder_settle(d, place))
		return tc__sax_no_memory(&d->sax);
	if (!tc__decoder_open(d, place))
		return tc__sax_no_memory(&d->sax);
	return tc__fields_begin(d) ? 1 : tc__sax_no_memory(&d->sax);
}

static int open_union(struct tc__decoder *d, struct tc__place *place, const tc_json *object)
{
	while (place->type->kind == TC_TYPE_UNION) {
		if (!tc__union_begin(d, place, object))
			return 0;
		if (!object)
			return 1;
		if (!enter_union(d, place, TC_JSON_OBJECT))
			return tc__sax_no_memory(&d->sax);
	}
	if (begin_json(d, place, TC_JSON_OBJECT))
		return tc__aside_open(d, TC_JSON_OBJECT);
	return open_object(d, place);
}

static int open_odd_object(struct tc__decoder *d, struct tc__place *place, const tc_json *object)
{
	bool takes = tc__type_kinds(place->type) & TC_JSON_IS(OBJECT);

	if (begin_json(d, place, TC_JSON_OBJECT))
		return tc__aside_open(d, TC_JSON_OBJECT);
	if (place->type->kind == TC_TYPE_UNION && takes)
		return open_union(d, place, object);
	if (!mismatch(d, place, TC_JSON_OBJECT, NULL, 0))
		return 0;
	tc__aside_begin(d, TC__ASIDE_SKIP, NULL);
	return tc__aside_open(d, TC_JSON_OBJECT);
}

/* `node`: the object, when it comes from a tree */
TC__APART static int begin_object(struct tc__decoder *d, const tc_json *node)
{
	struct tc__place place;

	if (!find_place(d, &place, TC_JSON_OBJECT))
		return tc__sax_no_memory(&d->sax);
	if (place.type->kind == TC_TYPE_OBJECT || place.type->kind == TC_TYPE_MAP)
		return open_object(d, &place);
	return open_odd_object(d, &place, node);
}

static int on_start_object(void *context)
{
	struct tc__decoder *d = context;
	const tc_json *node = d->node;

	d->node = NULL;
	return d->aside ? tc__aside_open(d, TC_JSON_OBJECT) : begin_object(d, node);
}

static int map_name(struct tc__decoder *d, const char *text, size_t length)
{
	char *entry = tc__decoder_push(d, d->top->type->size), *key = NULL;
	bool whole = !d->sax.nul || !memchr(text, '\0', length);
	bool mends = d->flags & TC_DECODE_MEND;

	if (entry)
		key = !whole && mends ? replace_nuls(&d->arena, text, length)
				      : tc__arena_text(&d->arena, text, length);
	if (!key)
		return tc__sax_no_memory(&d->sax);
	*(char **)(void *)entry = key;
	d->top->count++;
	return whole || mends ? 1 : tc__decoder_fail(d, NULL, 0, "its name contains \\u0000");
}

/* A member of any kind. */
TC__APART static int begin_member(struct tc__decoder *d, const char *name, size_t length)
{
	struct tc__frame *top = d->top;
	const struct tc_type *type = top->type;

	if (type->kind == TC_TYPE_MAP)
		return map_name(d, name, length);
	const struct tc_field *field = tc__type_field(type, name, length);

	if (field) {
		size_t position = (size_t)(field - type->of.fields);
		if (top->followers)
			top->followers[top->last] = (uint16_t)position;
		return tc__field_begin(d, position);
	}
	top->field = NULL;
	top->last = 0;
	if (type->flags & TC_OPEN)
		return tc__other_begin(d, name, length);
	return tc__aside_begin(d, TC__ASIDE_SKIP, NULL);
}

/* Most names are those that came at this place before. This way calls nothing. */
static int on_name(void *context, const unsigned char *bytes, size_t length)
{
	struct tc__decoder *d = context;
	const char *name = (const char *)bytes;
	struct tc__frame *top = d->top;

	if (d->aside)
		return tc__aside_name(d, name, length);
	if (!top->followers || length > TC__TEXT_SHORT)
		return begin_member(d, name, length);
	size_t guess = top->followers[top->last];
	if (guess >= top->type->count || guess >= TC__FIELD_BITS || top->seen >> guess & 1)
		return begin_member(d, name, length);
	const struct tc_field *field = &top->type->of.fields[guess];
	if (field->name_length != length || !tc__text_same_short(field->name, name, length))
		return begin_member(d, name, length);
	top->seen |= UINT64_C(1) << guess;
	top->field = field;
	top->last = (uint32_t)guess + 1;
	return 1;
}

/* Moves the items of an array or the entries of a map from scratch to where they stay. */
TC__APART static int end_list(struct tc__decoder *d)
{
	struct tc__frame *top = d->top;
	struct tc__list *list = (void *)top->at;
	size_t size = (size_t)top->count * top->type->size;
	void *items = NULL;

	list->items = &nothing;
	list->count = top->count;
	if (size) {
		items = tc__arena_alloc(&d->arena, size);
		if (!items)
			return tc__sax_no_memory(&d->sax);
		list->items = memcpy(items, d->scratch.bytes + top->begin, size);
	}
	tc__decoder_close(d);
	return 1;
}

static struct tc__span entry_key(const void *context, size_t position)
{
	const struct tc__decoder *d = context;
	const char *entry =
		d->scratch.bytes + d->top->begin + position * (size_t)d->top->type->size;
	const char *key = *(const char *const *)(const void *)entry;

	return (struct tc__span){ key, strlen(key) };
}

TC__APART static int end_map(struct tc__decoder *d)
{
	size_t first, second;
	int twice = tc__spans_twice(entry_key, d, d->top->count, &first, &second);

	if (twice < 0)
		return tc__sax_no_memory(&d->sax);
	if (twice) {
		struct tc__span key = entry_key(d, second);
		d->top->count = (uint32_t)second + 1;
		d->scratch.used = d->top->begin + d->top->count * (size_t)d->top->type->size;
		return tc__decoder_fail(d, NULL, 0, "the member \"%.*s\" is there twice",
			shown(key.text, key.length), key.text);
	}
	return end_list(d);
}

static int on_end_object(void *context)
{
	struct tc__decoder *d = context;

	if (d->aside)
		return tc__aside_close(d);
	if (d->top->type->kind == TC_TYPE_MAP)
		return end_map(d);
	if (!tc__fields_end(d) || !tc__others_end(d))
		return 0;
	tc__decoder_close(d);
	return 1;
}

/*
 * Arrays
 */

static int on_start_array(void *context)
{
	struct tc__decoder *d = context;
	struct tc__place place;

	if (d->aside)
		return tc__aside_open(d, TC_JSON_ARRAY);
	if (!find_place(d, &place, TC_JSON_ARRAY))
		return tc__sax_no_memory(&d->sax);
	if (place.type->kind == TC_TYPE_ARRAY)
		return tc__decoder_open(d, &place) ? 1 : tc__sax_no_memory(&d->sax);
	if (!begin_json(d, &place, TC_JSON_ARRAY)) {
		if (!mismatch(d, &place, TC_JSON_ARRAY, NULL, 0))
			return 0;
		tc__aside_begin(d, TC__ASIDE_SKIP, NULL);
	}
	return tc__aside_open(d, TC_JSON_ARRAY);
}

static int on_end_array(void *context)
{
	struct tc__decoder *d = context;

	return d->aside ? tc__aside_close(d) : end_list(d);
}

const struct tc__sax_events tc__decoder_events = { .null = on_null,
	.boolean = on_boolean,
	.number = on_number,
	.string = on_string,
	.start_object = on_start_object,
	.name = on_name,
	.end_object = on_end_object,
	.start_array = on_start_array,
	.end_array = on_end_array };
