/* SPDX-License-Identifier: MPL-2.0 */
/* <service>_types.h: structs, with what the schemas say of them in comments. */
#include "codegen/src/emit/parts.h"

#include <string.h>

#define PATTERN_SHOWN_MAX 40
#define VALUES_SHOWN_MAX 40

/* ---- how values are held ---- */

const char *emit_held(struct tc__buffer *buffer, const struct shape *shape, bool direct)
{
	switch (shape->kind) {
	case SHAPE_JSON:
		tc__buffer_text(buffer, "const tc_json *");
		break;
	case SHAPE_TEXT:
		tc__buffer_text(buffer, "const char *");
		break;
	case SHAPE_INT64:
		tc__buffer_text(buffer, direct ? "int64_t" : "struct tc_opt_int64");
		break;
	case SHAPE_DOUBLE:
		tc__buffer_text(buffer, direct ? "double" : "struct tc_opt_double");
		break;
	case SHAPE_BOOL:
		tc__buffer_text(buffer, direct ? "bool" : "struct tc_opt_bool");
		break;
	case SHAPE_OBJECT:
	case SHAPE_UNION:
		tc__buffer_printf(
			buffer, direct ? "struct tc_%s" : "const struct tc_%s *", shape->c_name);
		break;
	case SHAPE_ARRAY:
	case SHAPE_MAP:
		tc__buffer_printf(buffer, "struct tc_%s", shape->list_name);
		break;
	}
	return tc__buffer_get(buffer);
}

/* "type name", with the space that C likes. */
static void add_declaration(struct tc__buffer *out, const char *type, const char *name)
{
	bool pointer = *type && type[strlen(type) - 1] == '*';

	tc__buffer_printf(out, "%s%s%s;", type, pointer ? "" : " ", name);
}

/* A pointer to the first of several values, and their number. */
static void add_list(
	struct tc__buffer *out, const struct shape *list, const char *name, const char *count_name)
{
	struct tc__buffer item = TC__BUFFER(EMIT_FILE_MAX);

	if (list->kind == SHAPE_MAP)
		tc__buffer_printf(&item, "struct tc_%s", list->c_name);
	else
		emit_held(&item, list->item.shape, !list->item.nullable);
	bool pointer = item.length && item.data[item.length - 1] == '*';
	if (pointer)
		tc__buffer_printf(out, "\t%sconst *%s;\n", tc__buffer_get(&item), name);
	else
		tc__buffer_printf(out, "\tconst %s *%s;\n", tc__buffer_get(&item), name);
	tc__buffer_printf(out, "\tsize_t %s;", count_name);
	out->no_memory |= item.no_memory;
	tc__buffer_clear(&item);
}

/* ---- what there is to say of a value ---- */

static void add_allowed(struct tc__buffer *facts, const struct text_rules *rules)
{
	if (!rules->allowed_count)
		return;
	tc__buffer_text(facts,
		rules->allowed_or_rest              ? " Or one of"
			: rules->allowed_count == 1 ? " Always"
						    : " One of");
	for (size_t i = 0; i < rules->allowed_count && i < VALUES_SHOWN_MAX; i++)
		tc__buffer_printf(facts, "%s \"%s\"", i ? "," : "", rules->allowed[i]);
	tc__buffer_text(facts, rules->allowed_count > VALUES_SHOWN_MAX ? " …." : ".");
}

/* "3 to 5 characters", "at most 1 item" */
static void add_range(struct tc__buffer *facts, uint32_t minimum, bool has_maximum,
	uint32_t maximum, const char *what)
{
	unsigned long least = minimum, most = maximum;

	if (has_maximum && minimum == maximum)
		tc__buffer_printf(facts, " %lu %s%s.", least, what, least == 1 ? "" : "s");
	else if (has_maximum && minimum)
		tc__buffer_printf(facts, " %lu to %lu %ss.", least, most, what);
	else if (has_maximum)
		tc__buffer_printf(facts, " At most %lu %s%s.", most, what, most == 1 ? "" : "s");
	else if (minimum)
		tc__buffer_printf(facts, " At least %lu %s%s.", least, what, least == 1 ? "" : "s");
}

static void add_text_facts(struct tc__buffer *facts, const struct text_rules *rules)
{
	const char *before = " A";

	for (size_t i = 0; i < text_format_count; i++) {
		if (!(rules->formats & 1u << i))
			continue;
		tc__buffer_printf(facts, "%s%s", before, text_formats[i].prose + 1);
		before = " or a";
	}
	tc__buffer_text(facts, rules->formats ? "." : "");
	add_range(facts, rules->min_length, rules->has_max_length, rules->max_length, "character");
	if (rules->pattern && strlen(rules->pattern) <= PATTERN_SHOWN_MAX)
		tc__buffer_printf(facts, " Matches %s .", rules->pattern);
	else if (rules->pattern)
		tc__buffer_text(facts, " Has to match a pattern.");
	add_allowed(facts, rules);
}

static void add_int64_facts(struct tc__buffer *facts, const struct int64_rules *rules)
{
	long long least = rules->minimum, most = rules->maximum;

	if (rules->has_minimum && rules->has_maximum)
		tc__buffer_printf(facts, " %lld to %lld.", least, most);
	else if (rules->has_minimum)
		tc__buffer_printf(facts, " At least %lld.", least);
	else if (rules->has_maximum)
		tc__buffer_printf(facts, " At most %lld.", most);
	if (rules->multiple_of > 1)
		tc__buffer_printf(facts, " A multiple of %lld.", (long long)rules->multiple_of);
	for (size_t i = 0; i < rules->allowed_count; i++)
		tc__buffer_printf(facts, "%s %lld%s",
			i                                   ? ","
				: rules->allowed_count == 1 ? " Always"
							    : " One of",
			(long long)rules->allowed[i], i + 1 < rules->allowed_count ? "" : ".");
}

static void add_double_facts(struct tc__buffer *facts, const struct double_rules *rules)
{
	if (rules->minimum)
		tc__buffer_printf(facts, " %s %s.", rules->above_minimum ? "More than" : "At least",
			rules->minimum);
	if (rules->maximum)
		tc__buffer_printf(facts, " %s %s.", rules->below_maximum ? "Less than" : "At most",
			rules->maximum);
}

/* The rules of a value that has no comment of its own elsewhere, each a sentence with a space in
 * front. */
static void add_facts(struct tc__buffer *facts, const struct shape *shape)
{
	switch (shape->kind) {
	case SHAPE_TEXT:
		add_text_facts(facts, &shape->text);
		break;
	case SHAPE_INT64:
		add_int64_facts(facts, &shape->int64);
		break;
	case SHAPE_DOUBLE:
		add_double_facts(facts, &shape->number);
		break;
	case SHAPE_BOOL:
		if (shape->only_true || shape->only_false)
			tc__buffer_printf(
				facts, " Always %s.", shape->only_true ? "true" : "false");
		break;
	case SHAPE_ARRAY:
		add_range(facts, shape->counts.minimum, shape->counts.has_maximum,
			shape->counts.maximum, "item");
		tc__buffer_text(facts, shape->counts.unique ? " No two are equal." : "");
		break;
	case SHAPE_MAP:
		add_range(facts, shape->counts.minimum, shape->counts.has_maximum,
			shape->counts.maximum, "member");
		break;
	default:
		break;
	}
	bool elsewhere = shape->kind == SHAPE_OBJECT || shape->kind == SHAPE_UNION;
	if (shape->notes && !elsewhere)
		tc__buffer_printf(facts, " %s", shape->notes);
}

/* Those of the items of a list, too. */
static void add_item_facts(struct tc__buffer *facts, const struct shape *list)
{
	struct tc__buffer item = TC__BUFFER(EMIT_FILE_MAX);

	if (!shape_is_list(list))
		return;
	add_facts(&item, list->item.shape);
	tc__buffer_text(&item, list->item.nullable ? " May be null." : "");
	if (item.length)
		tc__buffer_printf(
			facts, " %s:%s", list->kind == SHAPE_MAP ? "Values" : "Items", item.data);
	facts->no_memory |= item.no_memory;
	tc__buffer_clear(&item);
}

/* ---- members ---- */

/* As the encoder does it: what can have one value only need not be said. */
static bool is_filled_in(const struct shape *holder, const struct shape_field *field)
{
	const struct shape *shape = field->use.shape;

	return holder->in_input && shape->kind == SHAPE_TEXT && shape->text.allowed_count == 1 &&
		!shape->text.allowed_or_rest;
}

/* Free-form objects have no initialiser, and who fills a body has to know what makes them. */
static bool is_made_of_text(const struct shape *holder, const struct shape_field *field)
{
	const struct shape *shape = field->use.shape;

	return holder->in_input && shape->kind == SHAPE_JSON && field->required &&
		(shape->json_kinds & 1u << TC_JSON_OBJECT);
}

static void add_field_facts(
	struct tc__buffer *facts, const struct shape *holder, const struct shape_field *field)
{
	const struct shape *shape = field->use.shape;

	if (shape_field_is_required(holder, field))
		tc__buffer_text(facts,
			is_filled_in(holder, field) ? " Filled in when it is NULL." : " Required.");
	if (is_made_of_text(holder, field))
		tc__buffer_text(facts, " Made by tc_json_parse, also {}.");
	if (field->default_text)
		tc__buffer_printf(facts, " Default %s.", field->default_text);
	add_facts(facts, shape);
	add_item_facts(facts, shape);
	if (field->use.nullable)
		tc__buffer_text(facts, " May be null.");
}

/* Comment and declaration of a member: the comment behind it where there is room, else above. */
static void emit_member(struct tc__buffer *out, const char *declaration, const char *prose)
{
	struct tc__buffer comment = TC__BUFFER(EMIT_FILE_MAX);

	prose_comment(&comment, "\t * ", prose);
	bool one_line = comment.length && strcspn(comment.data, "\n") + 1 == comment.length;
	const char *last = strrchr(declaration, '\n');
	size_t columns = 8 + strlen(last ? last + 1 : declaration) + comment.length;
	if (one_line && columns + 3 <= PROSE_WIDTH && !last) {
		tc__buffer_truncate(&comment, comment.length - 1);
		tc__buffer_printf(out, "\t%s /* %s */\n", declaration, comment.data + 4);
	} else {
		emit_comment(out, "\t", prose, "");
		tc__buffer_printf(out, "\t%s\n", declaration);
	}
	out->no_memory |= comment.no_memory;
	tc__buffer_clear(&comment);
}

static void add_since(struct tc__buffer *prose, const char *since)
{
	if (since)
		tc__buffer_printf(prose, "%sSince %s.", prose->length ? " " : "", since);
}

static void emit_field(
	struct tc__buffer *out, const struct shape *holder, const struct shape_field *field)
{
	struct tc__buffer declaration = TC__BUFFER(EMIT_FILE_MAX), prose = declaration,
			  held = declaration;
	const struct shape *shape = field->use.shape;

	tc__buffer_text(&prose, field->description ? field->description : "");
	add_since(&prose, field->since);
	add_field_facts(&prose, holder, field);
	if (shape_is_list(shape))
		add_list(&declaration, shape, field->c_name, field->count_name);
	else
		add_declaration(&declaration,
			emit_held(&held, shape, shape_field_is_direct(holder, field)),
			field->c_name);
	if (field->null_name)
		tc__buffer_printf(&declaration, "\n\tbool %s;", field->null_name);
	const char *text = tc__buffer_get(&declaration);
	emit_member(out, *text == '\t' ? text + 1 : text, tc__buffer_get(&prose));
	out->no_memory |= declaration.no_memory || prose.no_memory || held.no_memory;
	tc__buffer_clear(&declaration);
	tc__buffer_clear(&prose);
	tc__buffer_clear(&held);
}

/* ---- structs ---- */

static void emit_struct_comment(struct tc__buffer *out, const struct shape *shape)
{
	struct tc__buffer facts = TC__BUFFER(EMIT_FILE_MAX), prose = TC__BUFFER(EMIT_FILE_MAX);

	tc__buffer_text(&prose, shape->description ? shape->description : "");
	add_since(&prose, shape->since);
	if (shape->from)
		tc__buffer_printf(&facts, "%s ", shape->from);
	if (shape->kind == SHAPE_OBJECT)
		add_range(&facts, shape->counts.minimum, shape->counts.has_maximum,
			shape->counts.maximum, "member");
	if (shape->notes)
		tc__buffer_printf(&facts, "%s%s", facts.length ? "\n" : "", shape->notes);
	tc__buffer_char(out, '\n');
	emit_comment(out, "", tc__buffer_get(&prose), tc__buffer_get(&facts));
	out->no_memory |= facts.no_memory || prose.no_memory;
	tc__buffer_clear(&facts);
	tc__buffer_clear(&prose);
}

static void emit_object(struct tc__buffer *out, const struct shape *shape)
{
	emit_struct_comment(out, shape);
	tc__buffer_printf(out, "struct tc_%s {\n", shape->c_name);
	for (size_t i = 0; i < shape->field_count; i++)
		emit_field(out, shape, &shape->fields[i]);
	if (shape->others_name)
		tc__buffer_printf(out, "\tconst tc_json *%s;\n", shape->others_name);
	else if (!shape->field_count)
		tc__buffer_text(out, "\tchar unused; /* it has no members */\n");
	tc__buffer_text(out, "};\n");
}

static void emit_tags(struct tc__buffer *out, const struct shape *shape)
{
	tc__buffer_printf(out, "\nenum tc_%s_tag {", shape->c_name);
	struct fill fill = fill_begin(out, PROSE_WIDTH, "\n\t", "\t");
	fill.column = 8;
	for (size_t i = 0; i < shape->arm_count; i++)
		fill_add(&fill, "%s%s%s", shape->arms[i].enumerator, i ? "" : " = 1",
			i + 1 < shape->arm_count ? "," : "");
	fill_end(&fill);
	tc__buffer_text(out, "};\n");
}

/* With its tag behind it, where there is room. */
static void emit_arm(struct tc__buffer *out, const struct shape_arm *arm)
{
	struct tc__buffer line = TC__BUFFER(EMIT_FILE_MAX), held = line;

	add_declaration(&line, emit_held(&held, arm->shape, true), arm->c_name);
	if (16 + line.length + strlen(arm->enumerator) + 7 <= PROSE_WIDTH)
		tc__buffer_printf(&line, " /* %s */", arm->enumerator);
	tc__buffer_printf(out, "\t\t%s\n", tc__buffer_get(&line));
	out->no_memory |= line.no_memory || held.no_memory;
	tc__buffer_clear(&line);
	tc__buffer_clear(&held);
}

static void emit_union(struct tc__buffer *out, const struct shape *shape)
{
	struct tc__buffer prose = TC__BUFFER(EMIT_FILE_MAX);

	emit_tags(out, shape);
	emit_struct_comment(out, shape);
	tc__buffer_printf(out, "struct tc_%s {\n", shape->c_name);
	tc__buffer_printf(&prose, "An enum tc_%s_tag%s%s.", shape->c_name,
		shape->discriminator ? ", told by the member " : "",
		shape->discriminator ? shape->discriminator : "");
	emit_member(out, "int tag;", tc__buffer_get(&prose));
	tc__buffer_text(out, "\tunion {\n");
	for (size_t i = 0; i < shape->arm_count; i++)
		emit_arm(out, &shape->arms[i]);
	tc__buffer_text(out, "\t\tconst tc_json *unknown;\n\t};\n};\n");
	out->no_memory |= prose.no_memory;
	tc__buffer_clear(&prose);
}

static void emit_entry(struct tc__buffer *out, const struct shape *shape)
{
	struct tc__buffer held = TC__BUFFER(EMIT_FILE_MAX);

	emit_struct_comment(out, shape);
	tc__buffer_printf(out, "struct tc_%s {\n\tconst char *key;\n\t", shape->c_name);
	add_declaration(out, emit_held(&held, shape->item.shape, !shape->item.nullable), "value");
	tc__buffer_text(out, "\n};\n");
	out->no_memory |= held.no_memory;
	tc__buffer_clear(&held);
}

/* A list that is no member. */
static void emit_list(struct tc__buffer *out, const struct shape *shape)
{
	if (shape->kind == SHAPE_MAP)
		tc__buffer_char(out, '\n');
	else
		emit_struct_comment(out, shape);
	tc__buffer_printf(out, "struct tc_%s {\n", shape->list_name);
	add_list(out, shape, "items", "items_count");
	tc__buffer_text(out, "\n};\n");
}

static void emit_shape(struct tc__buffer *out, const struct shape *shape)
{
	if (shape->kind == SHAPE_OBJECT)
		emit_object(out, shape);
	if (shape->kind == SHAPE_UNION)
		emit_union(out, shape);
	if (shape->kind == SHAPE_MAP)
		emit_entry(out, shape);
	if (shape->list_name)
		emit_list(out, shape);
}

void emit_types_header(struct tc__buffer *out, const struct service *service)
{
	struct tc__buffer guard = TC__BUFFER(EMIT_FILE_MAX);

	tc__buffer_printf(&guard, "%s_TYPES", emit_upper(service->c_name).text);
	emit_mark(out, service);
	emit_header_begin(out, tc__buffer_get(&guard), "type.h");
	tc__buffer_printf(out,
		"\n/* Requests, replies and messages of %s. <taskcluster/type.h> says how to read "
		"them. */\n",
		service->name);
	for (const struct shape *shape = service->shapes; shape; shape = shape->next)
		emit_shape(out, shape);
	tc__buffer_char(out, '\n');
	for (const struct shape *root = service->roots; root; root = root->next_root) {
		if (root->kind != SHAPE_JSON)
			tc__buffer_printf(out, "TC_API extern const struct tc_type tc_%s_type;\n",
				shape_struct_name(root));
	}
	emit_header_end(out);
	out->no_memory |= guard.no_memory;
	tc__buffer_clear(&guard);
}
