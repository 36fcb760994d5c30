/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/refusal.h"

#include "codegen/src/input/pattern.h"
#include "runtime/src/base/buffer.h"
#include <string.h>

#define RELEASE_MAX 32
#define REASON_MAX 200
#define POINTER_MAX 200
#define LENGTH_MAX 1000000

int release_check(const struct node *node, const char *release, tc_error *err)
{
	static const char *const characters =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-";
	size_t length = strlen(release);

	if (length && length <= RELEASE_MAX && strspn(release, characters) == length)
		return TC_OK;
	return node_fail(node, err,
		"is \"%.100s\"; expected one such as \"106\", of at most %d letters, digits and . "
		"_ -",
		release, RELEASE_MAX);
}

int reason_read(const struct node *node, const char **reason, tc_error *err)
{
	int rc = node_text(node, reason, err);

	if (rc != TC_OK)
		return rc;
	if (**reason && strlen(*reason) <= REASON_MAX && !strpbrk(*reason, "\r\n"))
		return TC_OK;
	return node_fail(
		node, err, "is no reason; expected one line of at most %d characters", REASON_MAX);
}

/* ---- what a rule is about ---- */

static int read_argument(const struct node *node, const struct operation *operation,
	const char **argument, tc_error *err)
{
	int rc = node_text(node, argument, err);

	if (rc != TC_OK || model_argument(operation, *argument))
		return rc;
	return node_fail(
		node, err, "is \"%.100s\"; expected an argument of %s", *argument, operation->name);
}

/* A JSON pointer of printable ASCII; "" is the whole body. */
static bool is_pointer(const char *text)
{
	if ((*text && *text != '/') || strlen(text) > POINTER_MAX)
		return false;
	for (const char *at = text; *at; at++) {
		if (*at < ' ' || *at > '~' || (*at == '~' && at[1] != '0' && at[1] != '1'))
			return false;
	}
	return true;
}

static int read_pointer(const struct node *node, const struct operation *operation,
	const char **pointer, tc_error *err)
{
	int rc = node_text(node, pointer, err);

	if (rc != TC_OK)
		return rc;
	if (!operation->input.name)
		return node_fail(
			node, err, "is about a body, which %s does not have", operation->name);
	if (!is_pointer(*pointer))
		return node_fail(node, err,
			"is \"%.100s\"; expected a JSON pointer, such as /payload, or \"\" for the "
			"whole body",
			*pointer);
	return TC_OK;
}

static int read_subject(const struct node *node, const struct operation *operation,
	struct tc_refusal *rule, tc_error *err)
{
	struct node argument = node_member(node, "argument"), body = node_member(node, "body");

	if (!argument.json == !body.json)
		return node_fail(node, err, "%s; expected an argument's name or a body's pointer",
			body.json ? "is about an argument and the body" : "is about nothing");
	return argument.json ? read_argument(&argument, operation, &rule->argument, err)
			     : read_pointer(&body, operation, &rule->pointer, err);
}

/* Which bodies it is about. */
static int read_condition(const struct node *node, struct tc_refusal *rule, tc_error *err)
{
	struct node member = node_member(node, "whenMember");
	struct node value = node_member(node, "whenValue");

	if (!member.json && !value.json)
		return TC_OK;
	int rc = node_text(&member, &rule->when_member, err);
	if (rc == TC_OK)
		rc = node_text(&value, &rule->when_value, err);
	if (rc == TC_OK && rule->argument)
		rc = node_fail(&member, err, "has no meaning for an argument");
	return rc;
}

/* ---- the rule itself ---- */

/* An integer as its digits; NULL when it is absent. */
static int read_bound(struct model *model, const struct node *node, const char **digits,
	int64_t *value, tc_error *err)
{
	struct tc__buffer text = TC__BUFFER(32);

	if (!node->json)
		return TC_OK;
	if (!tc_json_int64(node->json, value))
		return node_fail(node, err, "is no integer of 64 bits");
	tc__buffer_int(&text, *value);
	*digits = tc__arena_text(&model->arena, tc__buffer_get(&text), text.length);
	bool failed = text.no_memory || !*digits;
	tc__buffer_clear(&text);
	return failed ? tc__fail_nomem(err) : TC_OK;
}

static int read_bounds(
	struct model *model, const struct node *node, struct tc_refusal *rule, tc_error *err)
{
	struct node least = node_member(node, "minimum"), most = node_member(node, "maximum");
	int64_t minimum = INT64_MIN, maximum = INT64_MAX;
	int rc = read_bound(model, &least, &rule->minimum, &minimum, err);

	if (rc == TC_OK)
		rc = read_bound(model, &most, &rule->maximum, &maximum, err);
	if (rc == TC_OK && minimum > maximum)
		rc = node_fail(&least, err, "is more than the maximum");
	return rc;
}

static int read_length(const struct node *node, struct tc_refusal *rule, tc_error *err)
{
	int64_t length = 0;

	if (!node->json)
		return TC_OK;
	if (!tc_json_int64(node->json, &length) || length < 1 || length > LENGTH_MAX)
		return node_fail(
			node, err, "is no length; expected characters, 1 to %d", LENGTH_MAX);
	rule->max_length = (uint32_t)length;
	return TC_OK;
}

static int read_pattern(const struct node *node, struct tc_refusal *rule, tc_error *err)
{
	if (!node->json)
		return TC_OK;
	int rc = node_text(node, &rule->pattern, err);
	return rc == TC_OK ? pattern_check(node, rule->pattern, err) : rc;
}

static int read_flags(const struct node *node, struct tc_refusal *rule, tc_error *err)
{
	int rc = node_flag(node, "integer", &rule->integer, err);

	if (rc == TC_OK)
		rc = node_flag(node, "noNul", &rule->no_nul, err);
	if (rc == TC_OK)
		rc = node_flag(node, "unique", &rule->unique, err);
	return rc == TC_OK ? node_flag(node, "required", &rule->required, err) : rc;
}

static int read_rule(
	struct model *model, const struct node *node, struct tc_refusal *rule, tc_error *err)
{
	struct node length = node_member(node, "maxLength"), pattern = node_member(node, "pattern");
	int rc = read_bounds(model, node, rule, err);

	if (rc == TC_OK)
		rc = read_length(&length, rule, err);
	if (rc == TC_OK)
		rc = read_pattern(&pattern, rule, err);
	if (rc == TC_OK)
		rc = read_flags(node, rule, err);
	if (rc != TC_OK)
		return rc;
	bool others = rule->minimum || rule->maximum || rule->integer || rule->no_nul ||
		rule->unique || rule->required;
	if (!others && !rule->max_length && !rule->pattern)
		return node_fail(node, err,
			"has no rule; expected minimum, maximum, integer, maxLength, pattern, "
			"noNul, "
			"unique or required");
	int sorts = (rule->minimum || rule->maximum || rule->integer) +
		(rule->max_length || rule->pattern) + rule->unique;
	if (sorts > 1)
		return node_fail(node, err,
			"has rules for several kinds of values; expected those for numbers, texts "
			"and arrays apart");
	if (others && rule->argument)
		return node_fail(
			node, err, "is about an argument; expected maxLength or pattern only");
	return TC_OK;
}

/* ---- why, and since when it is known ---- */

static int read_reason(const struct node *node, struct tc_refusal *rule, tc_error *err)
{
	struct node reason = node_member(node, "reason"), release = node_member(node, "release");
	int rc = reason_read(&reason, &rule->reason, err);

	if (rc == TC_OK)
		rc = node_text(&release, &rule->release, err);
	return rc == TC_OK ? release_check(&release, rule->release, err) : rc;
}

/* Where it stands, for what is only found out later. */
static int keep_place(
	struct model *model, const struct node *node, struct refusal *refusal, tc_error *err)
{
	struct tc__buffer pointer = TC__BUFFER(SIZE_MAX / 2);

	node_pointer(node, &pointer);
	refusal->file = node->file;
	refusal->place = pointer.no_memory
		? NULL
		: tc__arena_text(&model->arena, tc__buffer_get(&pointer), pointer.length);
	tc__buffer_clear(&pointer);
	return refusal->place ? TC_OK : tc__fail_nomem(err);
}

static int read_refusal(struct model *model, const struct node *node,
	const struct operation *operation, struct refusal *refusal, tc_error *err)
{
	static const char *const known[] = { "argument", "body", "whenMember", "whenValue",
		"minimum", "maximum", "integer", "maxLength", "pattern", "noNul", "unique",
		"required", "reason", "release", NULL };
	int rc = node_refuse_others(node, known, "those of references/README.md", err);

	if (rc == TC_OK)
		rc = read_subject(node, operation, &refusal->rule, err);
	if (rc == TC_OK)
		rc = read_condition(node, &refusal->rule, err);
	if (rc == TC_OK)
		rc = read_rule(model, node, &refusal->rule, err);
	if (rc == TC_OK)
		rc = read_reason(node, &refusal->rule, err);
	return rc == TC_OK ? keep_place(model, node, refusal, err) : rc;
}

int refusals_read(
	struct model *model, const struct node *list, struct operation *operation, tc_error *err)
{
	int rc = node_array(list, err);
	size_t count = tc_json_count(list->json);

	if (rc != TC_OK)
		return rc;
	operation->refusals =
		tc__arena_alloc(&model->arena, (count + 1) * sizeof *operation->refusals);
	if (!operation->refusals)
		return tc__fail_nomem(err);
	operation->refusal_count = count;
	memset(operation->refusals, 0, (count + 1) * sizeof *operation->refusals);
	for (size_t i = 0; i < count && rc == TC_OK; i++) {
		struct node item = node_item(list, i);
		rc = read_refusal(model, &item, operation, &operation->refusals[i], err);
	}
	return rc;
}
