/* SPDX-License-Identifier: MPL-2.0 */
/* Whether what servers are said to refuse can be found in bodies. */
#include "codegen/src/shape/builder.h"

#include "runtime/src/base/buffer.h"
#include <stdio.h>
#include <string.h>

/* What a pointer leads to, as far as a rule is concerned. */
enum finding { NOTHING, OTHER_KIND, FINE };

enum about { ABOUT_ANY, ABOUT_NUMBER, ABOUT_TEXT, ABOUT_TEXTS };
static const char *const kinds[] = { "a value", "a number", "a text", "an array of texts" };

static enum about about(const struct tc_refusal *rule)
{
	if (rule->minimum || rule->maximum || rule->integer)
		return ABOUT_NUMBER;
	if (rule->max_length || rule->pattern)
		return ABOUT_TEXT;
	return rule->unique ? ABOUT_TEXTS : ABOUT_ANY;
}

static bool is_about(const struct shape *shape, enum about about)
{
	enum shape_kind kind = shape->kind;

	if (kind == SHAPE_JSON || about == ABOUT_ANY)
		return true;
	if (about == ABOUT_NUMBER)
		return kind == SHAPE_INT64 || kind == SHAPE_DOUBLE;
	if (about == ABOUT_TEXT)
		return kind == SHAPE_TEXT;
	return kind == SHAPE_ARRAY && shape->item.shape->kind == SHAPE_TEXT;
}

static enum finding better(enum finding a, enum finding b)
{
	return a > b ? a : b;
}

static enum finding find(const struct shape *shape, const char *pointer, enum about about);

/* Whether a pointer's token, with ~1 for a slash and ~0 for a tilde, is this name. */
static bool is_token(const char *token, size_t length, const char *name)
{
	for (const char *end = token + length; token < end; token++, name++) {
		bool escape = *token == '~';
		char c = escape ? (token[1] == '1' ? '/' : '~') : *token;
		if (*name != c)
			return false;
		token += escape;
	}
	return !*name;
}

/* A member of an object. */
static enum finding find_member(
	const struct shape *shape, const char *token, size_t length, enum about about)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		if (is_token(token, length, shape->fields[i].name))
			return find(shape->fields[i].use.shape, token + length, about);
	}
	return shape->others_name ? FINE : NOTHING;
}

static enum finding find(const struct shape *shape, const char *pointer, enum about about)
{
	enum finding finding = NOTHING;

	if (!*pointer && shape->kind != SHAPE_UNION)
		return is_about(shape, about) ? FINE : OTHER_KIND;
	switch (shape->kind) {
	case SHAPE_JSON:
		return FINE;
	case SHAPE_OBJECT:
		return find_member(shape, pointer + 1, strcspn(pointer + 1, "/"), about);
	case SHAPE_UNION:
		for (size_t i = 0; i < shape->arm_count; i++)
			finding = better(finding, find(shape->arms[i].shape, pointer, about));
		return finding;
	case SHAPE_MAP:
	case SHAPE_ARRAY:
		return find(shape->item.shape, pointer + 1 + strcspn(pointer + 1, "/"), about);
	default:
		return NOTHING;
	}
}

/* Whether a body may have at the pointer what a rule is about; `member` is the refusal's that says
 * so. */
static int check_pointer(const struct operation *operation, const struct refusal *refusal,
	const char *member, const char *pointer, enum about kind, tc_error *err)
{
	enum finding finding = find(operation->input_shape, pointer, kind);
	struct tc__buffer place = TC__BUFFER(SIZE_MAX / 2);

	if (finding == FINE)
		return TC_OK;
	tc__buffer_printf(&place, "%s/%s", refusal->place, member);
	if (finding == NOTHING)
		tc__fail_at(err, TC_ERROR_INPUT, tc__buffer_get(&place),
			"is about %s; expected what a body of %s may have", pointer,
			operation->name);
	else
		tc__fail_at(err, TC_ERROR_INPUT, tc__buffer_get(&place),
			"is about %s, which is not %s, as the rule needs", pointer, kinds[kind]);
	tc_error_prefix(err, "%s", refusal->file);
	tc__buffer_clear(&place);
	return TC_ERROR_INPUT;
}

static int check(const struct operation *operation, const struct refusal *refusal, tc_error *err)
{
	const struct tc_refusal *rule = &refusal->rule;
	char member[80];

	if (rule->argument || !operation->input_shape)
		return TC_OK;
	if (rule->when_member) {
		snprintf(member, sizeof member, "/%s", rule->when_member);
		int rc = check_pointer(operation, refusal, "whenMember", member, ABOUT_TEXT, err);
		if (rc != TC_OK)
			return rc;
	}
	return check_pointer(operation, refusal, "body", rule->pointer, about(rule), err);
}

int shape_check_refusals(const struct model *model, tc_error *err)
{
	int rc = TC_OK;

	for (const struct service *service = model->services; service; service = service->next) {
		for (size_t i = 0; i < service->operation_count; i++) {
			const struct operation *operation = &service->operations[i];
			for (size_t j = 0; j < operation->refusal_count && rc == TC_OK; j++)
				rc = check(operation, &operation->refusals[j], err);
		}
	}
	return rc;
}
