/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/references/same.h"

#include "tests/harness/test.h"
#include <string.h>
#include <taskcluster/conventions.h>
#include <taskcluster/type_table.h>

#define PAIRS_MAX 20000

static const char *place = ""; /* what is compared, for who reads the failure */

/* Types lead back to themselves: those that were or are being compared. */
static struct {
	const struct tc_type *a, *b;
} seen[PAIRS_MAX];
static size_t seen_count;

#define SAME(condition) \
	do { \
		if (!(condition)) \
			fail_msg("%s: %s", place, #condition); \
	} while (0)

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_joined(const char *a, const char *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(a, b) != 0)
			return false;
		a += strlen(a) + 1;
		b += strlen(b) + 1;
	}
	return true;
}

static void same_type(const struct tc_type *a, const struct tc_type *b);

static void same_text_rules(const struct tc_text_rules *a, const struct tc_text_rules *b)
{
	SAME(!a == !b);
	if (!a)
		return;
	SAME(!a->pattern == !b->pattern);
	SAME(!a->pattern || strcmp(a->pattern->source, b->pattern->source) == 0);
	SAME(a->min_length == b->min_length && a->has_max_length == b->has_max_length);
	SAME(a->max_length == b->max_length && a->formats == b->formats);
	SAME(a->allowed_or_rest == b->allowed_or_rest && a->allowed_count == b->allowed_count);
	SAME(same_joined(a->allowed, b->allowed, a->allowed_count));
}

static void same_int64_rules(const struct tc_int64_rules *a, const struct tc_int64_rules *b)
{
	SAME(!a == !b);
	if (!a)
		return;
	SAME(a->has_minimum == b->has_minimum && a->minimum == b->minimum);
	SAME(a->has_maximum == b->has_maximum && a->maximum == b->maximum);
	SAME(a->multiple_of == b->multiple_of && a->allowed_count == b->allowed_count);
	for (size_t i = 0; i < a->allowed_count; i++)
		SAME(a->allowed[i] == b->allowed[i]);
}

static void same_double_rules(const struct tc_double_rules *a, const struct tc_double_rules *b)
{
	SAME(!a == !b);
	if (!a)
		return;
	SAME(a->has_minimum == b->has_minimum && !(a->minimum < b->minimum) &&
		!(a->minimum > b->minimum) && a->above_minimum == b->above_minimum);
	SAME(a->has_maximum == b->has_maximum && !(a->maximum < b->maximum) &&
		!(a->maximum > b->maximum) && a->below_maximum == b->below_maximum);
}

static void same_counts(const struct tc_count_rules *a, const struct tc_count_rules *b)
{
	SAME(!a == !b);
	if (!a)
		return;
	SAME(a->minimum == b->minimum && a->has_maximum == b->has_maximum);
	SAME(a->maximum == b->maximum && a->unique == b->unique);
}

static void same_fields(const struct tc_type *a, const struct tc_type *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct tc_field *x = &a->of.fields[i], *y = &b->of.fields[i];
		SAME(strcmp(x->name, y->name) == 0 && x->name_length == y->name_length);
		SAME(x->offset == y->offset && x->null_offset == y->null_offset);
		SAME(x->flags == y->flags);
		same_type(x->type, y->type);
	}
	same_counts(a->by.counts, b->by.counts);
}

static void same_arms(const struct tc_type *a, const struct tc_type *b)
{
	SAME(same_text(a->by.discriminator, b->by.discriminator));
	for (size_t i = 0; i < a->count; i++) {
		const struct tc_arm *x = &a->of.arms[i], *y = &b->of.arms[i];
		SAME(x->value_count == y->value_count);
		SAME(same_joined(x->values, y->values, x->value_count));
		same_type(x->type, y->type);
	}
}

static void same_parts(const struct tc_type *a, const struct tc_type *b)
{
	switch (a->kind) {
	case TC_TYPE_TEXT:
		same_text_rules(a->of.text, b->of.text);
		break;
	case TC_TYPE_INT64:
		same_int64_rules(a->of.int64, b->of.int64);
		break;
	case TC_TYPE_DOUBLE:
		same_double_rules(a->of.number, b->of.number);
		break;
	case TC_TYPE_OBJECT:
		same_fields(a, b);
		break;
	case TC_TYPE_ARRAY:
	case TC_TYPE_MAP:
		same_counts(a->by.counts, b->by.counts);
		same_type(a->of.item, b->of.item);
		break;
	case TC_TYPE_UNION:
		same_arms(a, b);
		break;
	default:
		SAME(!a->of.fields && !b->of.fields);
	}
}

static void same_type(const struct tc_type *a, const struct tc_type *b)
{
	SAME(!a == !b);
	if (a == b)
		return;
	for (size_t i = 0; i < seen_count; i++) {
		if (seen[i].a == a && seen[i].b == b)
			return;
	}
	assert_true(seen_count < PAIRS_MAX);
	seen[seen_count].a = a;
	seen[seen_count++].b = b;
	SAME(a->kind == b->kind && a->flags == b->flags && a->count == b->count);
	SAME(a->offset == b->offset && a->size == b->size);
	same_parts(a, b);
}

static void same_parameters(
	const struct tc_parameter *a, const struct tc_parameter *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		SAME(strcmp(a[i].name, b[i].name) == 0);
}

static void same_promise(const struct tc_operation *a, const struct tc_operation *b)
{
	SAME(!a->success == !b->success && !a->reply_types == !b->reply_types);
	for (size_t i = 0; a->success && (i == 0 || a->success[i - 1]); i++)
		SAME(a->success[i] == b->success[i]);
	for (size_t i = 0; a->reply_types && (i == 0 || a->reply_types[i - 1]); i++)
		SAME(same_text(a->reply_types[i], b->reply_types[i]));
	SAME(!a->refusals == !b->refusals);
	for (size_t i = 0; a->refusals && (i == 0 || a->refusals[i - 1].reason); i++)
		SAME(same_text(a->refusals[i].reason, b->refusals[i].reason));
}

static void same_operation(const struct tc_operation *a, const struct tc_operation *b)
{
	place = a->name;
	SAME(strcmp(a->name, b->name) == 0 && strcmp(a->method, b->method) == 0);
	SAME(strcmp(a->route, b->route) == 0 && same_text(a->scopes, b->scopes));
	SAME(strcmp(a->title, b->title) == 0);
	SAME(strcmp(a->description, b->description) == 0);
	SAME(a->argument_count == b->argument_count && a->query_count == b->query_count);
	same_parameters(a->arguments, b->arguments, a->argument_count);
	same_parameters(a->query, b->query, a->query_count);
	SAME(same_text(a->unsafe_member, b->unsafe_member));
	SAME(same_text(a->unsafe_value, b->unsafe_value));
	SAME(a->wait_ms == b->wait_ms && a->stability == b->stability && a->retry == b->retry);
	SAME(a->has_input == b->has_input && a->has_output == b->has_output);
	SAME(a->blob_output == b->blob_output && a->pages == b->pages);
	SAME(a->secret_reply == b->secret_reply && a->conventions == b->conventions);
	same_promise(a, b);
	same_type(a->input, b->input);
	same_type(a->output, b->output);
}

static void same_exchange(const struct tc_exchange *a, const struct tc_exchange *b)
{
	place = a->name;
	SAME(strcmp(a->name, b->name) == 0 && strcmp(a->exchange, b->exchange) == 0);
	SAME(strcmp(a->title, b->title) == 0);
	SAME(strcmp(a->description, b->description) == 0);
	SAME(a->word_count == b->word_count && a->once == b->once);
	SAME(same_text(a->since, b->since));
	for (size_t i = 0; i < a->word_count; i++) {
		const struct tc_key_word *x = &a->words[i], *y = &b->words[i];
		SAME(strcmp(x->name, y->name) == 0 && same_text(x->constant, y->constant));
		SAME(same_text(x->summary, y->summary));
		SAME(x->required == y->required && x->multiple_words == y->multiple_words);
	}
	same_type(a->message, b->message);
}

void same_service(
	const struct tc_service *a, const struct tc_service *b, struct same_counts *counts)
{
	place = a->name;
	seen_count = 0;
	SAME(strcmp(a->name, b->name) == 0 && strcmp(a->version, b->version) == 0);
	SAME(strcmp(a->title, b->title) == 0 && strcmp(a->description, b->description) == 0);
	SAME(same_text(a->base_url, b->base_url) && a->conventions == b->conventions);
	SAME(same_text(a->short_name, b->short_name) && same_text(a->release, b->release));
	SAME(a->operation_count == b->operation_count && a->exchange_count == b->exchange_count);
	for (size_t i = 0; i < a->operation_count; i++) {
		SAME(b->operations[i].service == b);
		same_operation(&a->operations[i], &b->operations[i]);
	}
	for (size_t i = 0; i < a->exchange_count; i++) {
		SAME(b->exchanges[i].service == b);
		same_exchange(&a->exchanges[i], &b->exchanges[i]);
	}
	counts->services++;
	counts->operations += a->operation_count;
	counts->exchanges += a->exchange_count;
	counts->types += seen_count;
}
