/* SPDX-License-Identifier: MPL-2.0 */
#include "emit_conventions.h"

#include "dialect.h"
#include <string.h>

#define LISTS_MAX 64

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* ---- values ---- */

static void add_text(struct fill *fill, const char *member, const char *text)
{
	if (text)
		fill_literal(fill, member, text, ",");
}

static void add_flag(struct fill *fill, const char *member, bool flag)
{
	if (flag)
		fill_add(fill, ".%s = true,", member);
}

static void add_number(struct fill *fill, const char *member, int64_t number)
{
	if (number)
		fill_add(fill, ".%s = %lld,", member, (long long)number);
}

static void add_name(struct fill *fill, const char *member, const char *const *names, uint8_t value)
{
	if (value)
		fill_add(fill, ".%s = %s,", member, names[value]);
}

/* A text with everything escaped that a C string needs; what the references may have in texts that
 * come here is printable ASCII. */
static void add_quoted(struct fill *fill, const char *text, const char *end)
{
	struct tc__buffer quoted = TC__BUFFER(SIZE_MAX / 2);

	tc__buffer_char(&quoted, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			tc__buffer_char(&quoted, '\\');
		tc__buffer_char(&quoted, *text >= ' ' && *text <= '~' ? *text : '?');
	}
	tc__buffer_char(&quoted, '"');
	fill->out->no_memory |= quoted.no_memory;
	fill_add(fill, "%s%s", tc__buffer_get(&quoted), end);
	tc__buffer_clear(&quoted);
}

static void add_texts(struct fill *fill, const char *member, const char *const *texts)
{
	if (!texts)
		return;
	fill_add(fill, ".%s = (const char *const[]){", member);
	for (; *texts; texts++)
		add_quoted(fill, *texts, ",");
	fill_add(fill, "NULL },");
}

static void add_statuses(struct fill *fill, const char *member, const uint16_t *statuses)
{
	if (!statuses)
		return;
	fill_add(fill, ".%s = (const uint16_t[]){", member);
	for (; *statuses; statuses++)
		fill_add(fill, "%d,", *statuses);
	fill_add(fill, "0 },");
}

/* ---- query ---- */

static const char *const lists[] = { "TC_LIST_SINGLE", "TC_LIST_REPEAT", "TC_LIST_COMMA" };

static bool same_operators(const struct tc_query_operator *a, const struct tc_query_operator *b)
{
	if (!a || !b)
		return a == b;
	for (; a->name && b->name; a++, b++)
		if (strcmp(a->name, b->name) != 0 || a->list != b->list)
			return false;
	return a->name == b->name;
}

static bool same_texts(const char *const *a, const char *const *b)
{
	if (!a || !b)
		return a == b;
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return *a == *b;
}

static bool same_rule(const struct tc_query_rule *a, const struct tc_query_rule *b)
{
	return strcmp(a->name, b->name) == 0 && same_operators(a->operators, b->operators) &&
		same_texts(a->values, b->values) && same_text(a->minimum, b->minimum) &&
		same_text(a->maximum, b->maximum) && a->type == b->type && a->list == b->list &&
		a->role == b->role && a->no_bare == b->no_bare && a->required == b->required &&
		a->reversible == b->reversible && a->field == b->field && a->secret == b->secret;
}

static bool same_rules(const struct tc_query_rule *a, const struct tc_query_rule *b)
{
	if (!a || !b)
		return a == b;
	for (; a->name && b->name; a++, b++)
		if (!same_rule(a, b))
			return false;
	return a->name == b->name;
}

/* The first function of the service with the same query: all of them share its table. */
static const struct operation *query_owner(
	const struct service *service, const struct operation *operation)
{
	const struct operation *owner = service->operations;

	while (!same_rules(owner->dialect->rules.query, operation->dialect->rules.query))
		owner++;
	return owner;
}

struct operator_lists {
	const struct tc_query_operator *lists[LISTS_MAX];
	size_t count;
};

static size_t find_operators(
	const struct operator_lists *known, const struct tc_query_operator *operators)
{
	size_t i = 0;

	while (i < known->count && !same_operators(known->lists[i], operators))
		i++;
	return i;
}

static void gather_operators(const struct service *service, struct operator_lists *known)
{
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct tc_query_rule *rule = service->operations[i].dialect->rules.query;
		for (; rule && rule->name; rule++)
			if (rule->operators && known->count < LISTS_MAX &&
				find_operators(known, rule->operators) == known->count)
				known->lists[known->count++] = rule->operators;
	}
}

static void emit_operator_lists(struct tc__buffer *out, const struct operator_lists *known)
{
	for (size_t i = 0; i < known->count; i++) {
		tc__buffer_printf(
			out, "\nstatic const struct tc_query_operator operators_%zu[] = {\n", i);
		struct fill fill = fill_begin(out, PROSE_TABLE_WIDTH, "\t", "\t");
		for (const struct tc_query_operator *at = known->lists[i]; at->name; at++)
			fill_add(&fill, "{ \"%s\", %s },", at->name, lists[at->list]);
		fill_add(&fill, "{ NULL, 0 }");
		fill_end(&fill);
		tc__buffer_text(out, "};\n");
	}
}

static void add_rule(
	struct fill *fill, const struct tc_query_rule *rule, const struct operator_lists *known)
{
	static const char *const types[] = { NULL, "TC_VALUE_INTEGER", "TC_VALUE_NUMBER",
		"TC_VALUE_BOOLEAN", "TC_VALUE_DATE", "TC_VALUE_DATE_TIME" };
	static const char *const roles[] = { NULL, "TC_ROLE_SELECT", "TC_ROLE_ORDER" };

	fill_add(fill, "{ .name = \"%s\",", rule->name);
	if (rule->operators)
		fill_add(fill, ".operators = operators_%zu,",
			find_operators(known, rule->operators));
	add_texts(fill, "values", rule->values);
	add_text(fill, "minimum", rule->minimum);
	add_text(fill, "maximum", rule->maximum);
	add_name(fill, "type", types, rule->type);
	add_name(fill, "list", lists, rule->list);
	add_name(fill, "role", roles, rule->role);
	add_flag(fill, "no_bare", rule->no_bare);
	add_flag(fill, "required", rule->required);
	add_flag(fill, "reversible", rule->reversible);
	add_flag(fill, "field", rule->field);
	add_flag(fill, "secret", rule->secret);
	fill_add(fill, "},");
}

static void emit_rules(struct tc__buffer *out, const char *kind, const char *c_name,
	const struct tc_query_rule *rules, const struct operator_lists *known)
{
	tc__buffer_printf(out, "\nstatic const struct tc_query_rule %s_%s[] = {\n", kind, c_name);
	for (; rules->name; rules++) {
		struct fill fill = fill_begin(out, PROSE_TABLE_WIDTH, "\t", "\t\t");
		add_rule(&fill, rules, known);
		fill_end(&fill);
	}
	tc__buffer_text(out, "\t{ .name = NULL }\n};\n");
}

static void emit_queries(struct tc__buffer *out, const struct service *service)
{
	struct operator_lists known = { .count = 0 };

	gather_operators(service, &known);
	emit_operator_lists(out, &known);
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct operation *operation = &service->operations[i];
		const struct tc_operation_conventions *rules = &operation->dialect->rules;
		if (rules->query && query_owner(service, operation) == operation)
			emit_rules(out, "query", operation->c_name, rules->query, &known);
		if (rules->headers)
			emit_rules(out, "headers", operation->c_name, rules->headers, &known);
	}
}

/* ---- the system ---- */

static void add_shapes(struct fill *fill, const struct tc_error_shape *shape)
{
	static const char *const kinds[] = { NULL, "TC_ERROR_SHAPE_MEMBERS",
		"TC_ERROR_SHAPE_STRING", "TC_ERROR_SHAPE_LIST", "TC_ERROR_SHAPE_FIELDS",
		"TC_ERROR_SHAPE_RPC" };

	fill_add(fill, ".errors = (const struct tc_error_shape[]){");
	for (; shape->kind; shape++) {
		fill_add(fill, "{ .kind = %s,", kinds[shape->kind]);
		add_texts(fill, "message", shape->message);
		add_texts(fill, "code", shape->code);
		add_text(fill, "info", shape->info);
		add_statuses(fill, "statuses", shape->statuses);
		fill_add(fill, "},");
	}
	fill_add(fill, "{ .kind = 0 } },");
}

static void add_clock(struct fill *fill, const struct tc_clock_rule *rule)
{
	fill_add(fill, ".clock = (const struct tc_clock_rule[]){");
	for (; rule->status; rule++) {
		fill_add(fill, "{ %d,", rule->status);
		add_quoted(fill, rule->pattern, " },");
	}
	fill_add(fill, "{ 0, NULL } },");
}

static void add_schemes(struct fill *fill, const struct tc_conventions *conventions)
{
	const struct tc_hawk_scheme *hawk = conventions->hawk;
	const struct tc_session_scheme *session = conventions->session;

	if (hawk) {
		fill_add(fill, ".hawk = &(const struct tc_hawk_scheme){");
		add_number(fill, "skew_s", hawk->skew_s);
		add_flag(fill, "no_extensions", hawk->no_extensions);
		add_flag(fill, "no_signed_urls", hawk->no_signed_urls);
		add_text(fill, "removed_in", hawk->removed_in);
		fill_add(fill, "},");
	}
	if (!session)
		return;
	fill_add(fill, ".session = &(const struct tc_session_scheme){");
	add_text(fill, "login", session->login);
	add_text(fill, "logout", session->logout);
	add_texts(fill, "cookies", session->cookies);
	add_statuses(fill, "expired_statuses", session->expired_statuses);
	add_number(fill, "lifetime_s", session->lifetime_s);
	add_text(fill, "csrf_cookie", session->csrf_cookie);
	add_text(fill, "csrf_header", session->csrf_header);
	add_flag(fill, "basic", session->basic);
	add_flag(fill, "csrf_referer", session->csrf_referer);
	fill_add(fill, "},");
}

static void emit_system(struct tc__buffer *out, const struct tc_conventions *conventions)
{
	tc__buffer_text(out, "\nstatic const struct tc_conventions conventions = {\n");
	struct fill fill = fill_begin(out, PROSE_TABLE_WIDTH, "\t", "\t");
	add_text(&fill, "server_url", conventions->server_url);
	add_text(&fill, "server_default", conventions->server_default);
	add_text(&fill, "environment_url", conventions->environment_url);
	add_text(&fill, "environment_id", conventions->environment_id);
	add_text(&fill, "environment_secret", conventions->environment_secret);
	add_text(&fill, "accept", conventions->accept);
	add_texts(&fill, "refused_user_agents", conventions->refused_user_agents);
	add_text(&fill, "trace_header", conventions->trace_header);
	add_text(&fill, "operator_separator", conventions->operator_separator);
	add_statuses(&fill, "final_statuses", conventions->final_statuses);
	if (conventions->errors)
		add_shapes(&fill, conventions->errors);
	if (conventions->clock)
		add_clock(&fill, conventions->clock);
	add_schemes(&fill, conventions);
	add_number(&fill, "body_max", conventions->body_max);
	add_flag(&fill, "no_trace_header", conventions->no_trace_header);
	add_flag(&fill, "anonymous_reads", conventions->anonymous_reads);
	add_flag(&fill, "redirects_are_errors", conventions->redirects_are_errors);
	add_flag(&fill, "session_first", conventions->session_first);
	fill_end(&fill);
	tc__buffer_text(out, "};\n");
}

void emit_conventions(struct tc__buffer *out, const struct service *service)
{
	if (!service->conventions)
		return;
	emit_queries(out, service);
	emit_system(out, service->conventions);
}

/* ---- an operation ---- */

static void add_arguments(struct fill *fill, const struct operation *operation)
{
	static const char *const kinds[] = { "TC_ARGUMENT_STRING", "TC_ARGUMENT_INTEGER",
		"TC_ARGUMENT_EITHER" };
	const struct tc_argument_rule *rules = operation->dialect->rules.arguments;

	fill_add(fill, ".arguments = (const struct tc_argument_rule[]){");
	for (size_t i = 0; i < operation->argument_count; i++) {
		fill_add(fill, "{ %s, %s,", kinds[rules[i].kind],
			rules[i].segments ? "true" : "false");
		if (rules[i].pattern)
			add_quoted(fill, rules[i].pattern, " },");
		else
			fill_add(fill, "NULL },");
	}
	fill_add(fill, "},");
}

static void add_envelope(struct fill *fill, const struct tc_envelope *envelope)
{
	fill_add(fill, ".envelope = &(const struct tc_envelope){");
	if (!envelope->items && !envelope->rows && !envelope->single)
		fill_add(fill, ".items = NULL");
	add_text(fill, "items", envelope->items);
	add_text(fill, "rows", envelope->rows);
	add_flag(fill, "single", envelope->single);
	fill_add(fill, "},");
}

static void add_paging(struct fill *fill, const struct tc_paging *paging)
{
	static const char *const styles[] = { NULL, "TC_PAGING_OFFSET", "TC_PAGING_PAGE",
		"TC_PAGING_CURSOR", "TC_PAGING_KEYSET" };

	fill_add(fill, ".paging = &(const struct tc_paging){");
	add_name(fill, "style", styles, paging->style);
	add_flag(fill, "stop_short", paging->stop_short);
	add_text(fill, "query", paging->query);
	add_text(fill, "next", paging->next);
	add_text(fill, "limit", paging->limit);
	add_text(fill, "order_query", paging->order_query);
	add_text(fill, "order_value", paging->order_value);
	add_text(fill, "key", paging->key);
	add_text(fill, "unique", paging->unique);
	add_number(fill, "add", paging->add);
	add_number(fill, "size", paging->size);
	add_number(fill, "maximum", paging->maximum);
	fill_add(fill, "},");
}

static void add_reply(struct fill *fill, const struct tc_operation_conventions *rules)
{
	if (rules->envelope)
		add_envelope(fill, rules->envelope);
	add_texts(fill, "output_tuple", rules->output_tuple);
	if (rules->paging)
		add_paging(fill, rules->paging);
	if (rules->rpc)
		fill_add(fill, ".rpc = &(const struct tc_rpc){ \"%s\", %s },", rules->rpc->method,
			rules->rpc->result_required ? "true" : "false");
	if (!rules->events)
		return;
	fill_add(fill, ".events = &(const struct tc_event_stream){");
	add_text(fill, "handshake", rules->events->handshake);
	add_text(fill, "name", rules->events->name);
	fill_add(fill, "},");
}

static void add_alternatives(struct fill *fill, const char *const *const *sets)
{
	fill_add(fill, ".require_one_of = (const char *const *const[]){");
	for (; *sets; sets++) {
		fill_add(fill, "(const char *const[]){");
		for (const char *const *key = *sets; *key; key++)
			add_quoted(fill, *key, ",");
		fill_add(fill, "NULL },");
	}
	fill_add(fill, "NULL },");
}

void emit_operation_conventions(
	struct fill *fill, const struct service *service, const struct operation *operation)
{
	static const char *const authentications[] = { NULL, "TC_AUTHENTICATION_REQUIRED",
		"TC_AUTHENTICATION_NEVER" };
	static const char *const choices[] = { NULL, "TC_CHOICE_NO", "TC_CHOICE_YES" };

	if (!operation->dialect)
		return;
	const struct tc_operation_conventions *rules = &operation->dialect->rules;
	size_t begin = fill->out->length;
	fill_add(fill, ".conventions = &(const struct tc_operation_conventions){");
	size_t empty = fill->out->length;
	add_text(fill, "base", rules->base);
	add_text(fill, "accept", rules->accept);
	if (rules->arguments)
		add_arguments(fill, operation);
	if (rules->query)
		fill_add(fill, ".query = query_%s,", query_owner(service, operation)->c_name);
	if (rules->headers)
		fill_add(fill, ".headers = headers_%s,", operation->c_name);
	if (rules->require_one_of)
		add_alternatives(fill, rules->require_one_of);
	add_reply(fill, rules);
	add_text(fill, "since", rules->since);
	add_text(fill, "removed_in", rules->removed_in);
	add_name(fill, "authentication", authentications, rules->authentication);
	add_name(fill, "redirects", choices, rules->redirects);
	if (fill->out->length == empty)
		tc__buffer_truncate(fill->out, begin);
	else
		fill_add(fill, "},");
}

void emit_conventions_facts(struct tc__buffer *facts, const struct operation *operation)
{
	if (!operation->dialect)
		return;
	const struct tc_operation_conventions *rules = &operation->dialect->rules;
	if (rules->rpc)
		tc__buffer_printf(facts, "\nRemote procedure \"%s\".", rules->rpc->method);
	if (rules->events)
		tc__buffer_text(facts, "\nThe reply is a stream: listen by tc_stream_new.");
	if (rules->authentication == TC_AUTHENTICATION_REQUIRED)
		tc__buffer_text(facts, "\nNeeds credentials or a session.");
	if (rules->since)
		tc__buffer_printf(facts, "\nSince %s.", rules->since);
	if (rules->removed_in)
		tc__buffer_printf(facts, "\nRemoved in %s.", rules->removed_in);
}
