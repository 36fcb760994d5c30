/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/emit/refusals.h"

#include "codegen/src/emit/init.h"
#include <string.h>

struct pool_rows refusals_begin(struct pool *pool)
{
	return pool_rows_of(pool, "const struct tc_refusal", "refusals", true);
}

static void add_refusal(struct tc__buffer *init, const struct tc_refusal *rule)
{
	tc__buffer_text(init, " {");
	init_text(init, "release", rule->release);
	init_text(init, "argument", rule->argument);
	init_text(init, "pointer", rule->pointer);
	init_text(init, "when_member", rule->when_member);
	init_text(init, "when_value", rule->when_value);
	init_text(init, "minimum", rule->minimum);
	init_text(init, "maximum", rule->maximum);
	init_text(init, "pattern", rule->pattern);
	init_number(init, "max_length", rule->max_length);
	init_flag(init, "integer", rule->integer);
	init_flag(init, "no_nul", rule->no_nul);
	init_flag(init, "unique", rule->unique);
	init_flag(init, "required", rule->required);
	init_text(init, "reason", rule->reason);
	init_end(init);
	tc__buffer_char(init, ',');
}

const char *refusals_share(struct pool_rows *rows, const struct operation *operation)
{
	struct tc__buffer init = TC__BUFFER(INIT_MAX);

	if (!operation->refusal_count)
		return NULL;
	tc__buffer_char(&init, '{');
	for (size_t i = 0; i < operation->refusal_count; i++)
		add_refusal(&init, &operation->refusals[i].rule);
	tc__buffer_text(&init, " { .reason = NULL } }");
	return pool_share(rows, operation->c_name, &init);
}

/* ---- in words ---- */

static void tell_subject(struct tc__buffer *facts, const struct tc_refusal *rule)
{
	if (rule->argument)
		tc__buffer_text(facts, rule->argument);
	else if (*rule->pointer)
		tc__buffer_printf(facts, "the body's %s", rule->pointer);
	else
		tc__buffer_text(facts, "a body");
	if (rule->when_member)
		tc__buffer_printf(facts, " (%s \"%s\")", rule->when_member, rule->when_value);
}

static void tell_range(struct tc__buffer *facts, const struct tc_refusal *rule)
{
	tc__buffer_text(facts, rule->integer ? " that is no integer" : " that is not");
	if (rule->minimum)
		tc__buffer_printf(facts, " from %s", rule->minimum);
	if (rule->maximum)
		tc__buffer_printf(facts, rule->minimum ? " to %s" : " up to %s", rule->maximum);
}

/* Behind another of the same. */
static void tell_or(struct tc__buffer *facts, size_t begin)
{
	tc__buffer_text(facts, facts->length > begin ? ", or" : "");
}

static void tell_rule(struct tc__buffer *facts, const struct tc_refusal *rule)
{
	const struct {
		bool holds;
		const char *text;
	} flags[] = { { rule->no_nul, " with U+0000 in it" },
		{ rule->unique, " with two equal texts" }, { rule->required, " that is absent" } };
	size_t begin = facts->length;

	if (rule->integer || rule->minimum || rule->maximum)
		tell_range(facts, rule);
	if (rule->max_length)
		tc__buffer_printf(facts, " of over %u characters", rule->max_length);
	if (rule->pattern) {
		tell_or(facts, begin);
		tc__buffer_printf(facts, " that does not match %s", rule->pattern);
	}
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (!flags[i].holds)
			continue;
		tell_or(facts, begin);
		tc__buffer_text(facts, flags[i].text);
	}
}

static void tell(
	struct tc__buffer *facts, const struct service *service, const struct tc_refusal *rule)
{
	tc__buffer_text(facts, "\nRefused here: ");
	tell_subject(facts, rule);
	tell_rule(facts, rule);
	tc__buffer_printf(facts, ": %s", rule->reason);
	if (!service->release || strcmp(service->release, rule->release) != 0)
		tc__buffer_printf(facts, " (release %s)", rule->release);
	tc__buffer_char(facts, '.');
}

void refusals_tell(
	struct tc__buffer *facts, const struct service *service, const struct operation *operation)
{
	for (size_t i = 0; i < operation->refusal_count; i++)
		tell(facts, service, &operation->refusals[i].rule);
}
