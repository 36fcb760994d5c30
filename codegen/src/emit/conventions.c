/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/emit/conventions.h"

#include "codegen/src/emit/init.h"
#include "codegen/src/reference/dialect.h"
#include "codegen/src/shape/shape.h"
#include <string.h>

/* ---- query ---- */

static const char *const lists[] = { "TC_LIST_SINGLE", "TC_LIST_REPEAT", "TC_LIST_COMMA" };

/* Called after their set or, when they have none, after the key. */
static const char *share_operators(struct shared_rules *rules, const struct tc_query_rule *rule,
	const struct dialect_word *word)
{
	const char *hint = word->operators && name_is_identifier(word->operators) ? word->operators
										  : word->c_name;
	struct tc__buffer init = TC__BUFFER(INIT_MAX);

	if (!rule->operators)
		return NULL;
	tc__buffer_char(&init, '{');
	for (const struct tc_query_operator *at = rule->operators; at->name; at++)
		tc__buffer_printf(&init, " { \"%s\", %s },", at->name, lists[at->list]);
	tc__buffer_text(&init, " { NULL, 0 } }");
	return pool_share(&rules->operators, hint, &init);
}

/* A rule between braces. */
static void add_rule(struct shared_rules *rules, struct tc__buffer *init,
	const struct tc_query_rule *rule, const struct dialect_word *word)
{
	static const char *const types[] = { NULL, "TC_VALUE_INTEGER", "TC_VALUE_NUMBER",
		"TC_VALUE_BOOLEAN", "TC_VALUE_DATE", "TC_VALUE_DATE_TIME" };
	static const char *const roles[] = { NULL, "TC_ROLE_SELECT", "TC_ROLE_ORDER" };
	bool others = rule->type || rule->list || rule->role || rule->no_bare || rule->field;

	/* compilers warn of members that are missing, unless some of the others are named */
	if (rule->operators && others)
		tc__buffer_printf(
			init, "{ \"%s\", %s,", rule->name, share_operators(rules, rule, word));
	else
		tc__buffer_printf(init, "{ .name = \"%s\",", rule->name);
	if (rule->operators && !others)
		init_shared(init, "operators", "", share_operators(rules, rule, word));
	init_texts(init, "values", rule->values);
	init_texts(init, "besides", rule->besides);
	init_text(init, "minimum", rule->minimum);
	init_text(init, "maximum", rule->maximum);
	init_name(init, "type", types, rule->type);
	init_name(init, "list", lists, rule->list);
	init_name(init, "role", roles, rule->role);
	init_flag(init, "no_bare", rule->no_bare);
	init_flag(init, "required", rule->required);
	init_flag(init, "reversible", rule->reversible);
	init_flag(init, "field", rule->field);
	init_flag(init, "secret", rule->secret);
	init_text(init, "member", rule->member);
	init_end(init);
}

static const char *share_query(struct shared_rules *rules, const struct operation *operation)
{
	const struct tc_query_rule *rule = operation->dialect->query;
	const struct dialect_word *word = operation->dialect->query_words;
	struct tc__buffer list = TC__BUFFER(INIT_MAX);

	if (!rule)
		return NULL;
	tc__buffer_char(&list, '{');
	for (; rule->name; rule++, word++) {
		struct tc__buffer init = TC__BUFFER(INIT_MAX);
		add_rule(rules, &init, rule, word);
		tc__buffer_printf(&list, " &%s,", pool_share(&rules->keys, word->c_name, &init));
	}
	tc__buffer_text(&list, " NULL }");
	return pool_share(&rules->queries, operation->c_name, &list);
}

static const char *share_headers(struct shared_rules *rules, const struct operation *operation)
{
	const struct tc_query_rule *rule = operation->dialect->headers;
	const struct dialect_word *word = operation->dialect->header_words;
	struct tc__buffer init = TC__BUFFER(INIT_MAX);

	if (!rule)
		return NULL;
	tc__buffer_text(&init, "{ ");
	for (; rule->name; rule++, word++) {
		add_rule(rules, &init, rule, word);
		tc__buffer_text(&init, ", ");
	}
	tc__buffer_text(&init, "{ .name = NULL } }");
	return pool_share(&rules->headers, operation->c_name, &init);
}

/* ---- the rest of an operation ---- */

/* What a reference in the dialect says of it, and what conventions say of any. */
static struct tc_argument_rule rule_of(const struct operation *operation, size_t position)
{
	const struct tc_argument_rule *own =
		operation->dialect ? operation->dialect->rules.arguments : NULL;
	struct tc_argument_rule rule = own ? own[position] : (struct tc_argument_rule){ 0 };

	rule.empty = operation->arguments[position].empty;
	return rule;
}

bool emit_has_argument_rules(const struct operation *operation)
{
	if (operation->dialect && operation->dialect->rules.arguments)
		return true;
	for (size_t i = 0; i < operation->argument_count; i++) {
		if (operation->arguments[i].empty)
			return true;
	}
	return false;
}

static const char *share_kinds(struct shared_rules *rules, const struct operation *operation)
{
	static const char *const kinds[] = { "TC_ARGUMENT_STRING", "TC_ARGUMENT_INTEGER",
		"TC_ARGUMENT_EITHER" };
	static const char *const words[] = { "text", "integer", "either" };
	struct tc__buffer init = TC__BUFFER(INIT_MAX), hint = TC__BUFFER(INIT_MAX);

	if (!emit_has_argument_rules(operation))
		return NULL;
	tc__buffer_char(&init, '{');
	for (size_t i = 0; i < operation->argument_count; i++) {
		struct tc_argument_rule rule = rule_of(operation, i);
		tc__buffer_printf(&hint, "%s%s", i ? "_" : "", words[rule.kind]);
		tc__buffer_printf(&init, " { .kind = %s,", kinds[rule.kind]);
		init_flag(&init, "segments", rule.segments);
		init_text(&init, "pattern", rule.pattern);
		init_text(&init, "empty", rule.empty);
		init_end(&init);
		tc__buffer_char(&init, ',');
	}
	init_end(&init);
	const char *name = pool_share(&rules->kinds, tc__buffer_get(&hint), &init);
	rules->kinds.pool->no_memory |= hint.no_memory;
	tc__buffer_clear(&hint);
	return name;
}

/* Part of a name, made of any text; the fallback when that makes none. */
static const char *hint_of(struct shared_rules *rules, const char *text, const char *fallback)
{
	char *hint = text ? name_snake(&rules->keys.pool->arena, text) : NULL;

	return hint && name_is_identifier(hint) ? hint : fallback;
}

static const char *share_envelope(struct shared_rules *rules, const struct tc_envelope *envelope)
{
	struct tc__buffer init = TC__BUFFER(INIT_MAX);

	if (!envelope)
		return NULL;
	tc__buffer_char(&init, '{');
	init_text(&init, "items", envelope->items);
	init_text(&init, "rows", envelope->rows);
	init_flag(&init, "single", envelope->single);
	if (init.length == 1)
		tc__buffer_text(&init, " .items = NULL");
	init_end(&init);
	return pool_share(envelope->single ? &rules->singles : &rules->envelopes,
		hint_of(rules, envelope->items, "list"), &init);
}

static const char *share_paging(struct shared_rules *rules, const struct tc_paging *paging)
{
	static const char *const styles[] = { "TC_PAGING_TOKEN", "TC_PAGING_OFFSET",
		"TC_PAGING_PAGE", "TC_PAGING_CURSOR", "TC_PAGING_KEYSET" };
	static const char *const words[] = { "token", "offset", "page", "cursor", "keyset" };
	struct tc__buffer init = TC__BUFFER(INIT_MAX);

	if (!paging)
		return NULL;
	tc__buffer_printf(&init, "{ .style = %s,", styles[paging->style]);
	init_flag(&init, "stop_short", paging->stop_short);
	init_text(&init, "query", paging->query);
	init_text(&init, "next", paging->next);
	init_text(&init, "limit", paging->limit);
	init_text(&init, "order_query", paging->order_query);
	init_text(&init, "order_value", paging->order_value);
	init_text(&init, "key", paging->key);
	init_text(&init, "unique", paging->unique);
	init_text(&init, "single_query", paging->single_query);
	init_number(&init, "single_max", paging->single_max);
	init_number(&init, "add", paging->add);
	init_number(&init, "size", paging->size);
	init_number(&init, "maximum", paging->maximum);
	init_number(&init, "standard", paging->standard);
	init_end(&init);
	return pool_share(
		&rules->pagings, hint_of(rules, paging->order_value, words[paging->style]), &init);
}

static void add_events(struct tc__buffer *init, const struct operation *operation)
{
	const struct tc_event_stream *events = operation->dialect->rules.events;

	if (!events)
		return;
	tc__buffer_text(init, " .events = &(const struct tc_event_stream){");
	init_text(init, "handshake", events->handshake);
	init_text(init, "name", events->name);
	if (operation->event_shape)
		tc__buffer_printf(
			init, " .item = &tc_%s_type,", shape_struct_name(operation->event_shape));
	init_end(init);
	tc__buffer_char(init, ',');
}

static void add_alternatives(
	struct tc__buffer *init, const char *member, const char *const *const *sets)
{
	if (!sets)
		return;
	tc__buffer_printf(init, " .%s = (const char *const *const[]){", member);
	for (; *sets; sets++) {
		tc__buffer_char(init, ' ');
		init_list(init, *sets);
		tc__buffer_char(init, ',');
	}
	tc__buffer_text(init, " NULL },");
}

static void add_rpc(struct tc__buffer *init, const struct tc_rpc *rpc)
{
	if (!rpc)
		return;
	tc__buffer_text(init, " .rpc = &(const struct tc_rpc){ ");
	init_quoted(init, rpc->method);
	tc__buffer_printf(init, ", %s },", rpc->result_required ? "true" : "false");
}

static void add_dialect(
	struct tc__buffer *init, struct shared_rules *rules, const struct operation *operation)
{
	static const char *const authentications[] = { NULL, "TC_AUTHENTICATION_REQUIRED",
		"TC_AUTHENTICATION_NEVER" };
	const struct tc_operation_conventions *own = &operation->dialect->rules;

	init_text(init, "base", own->base);
	init_text(init, "accept", own->accept);
	init_shared(init, "arguments", "", share_kinds(rules, operation));
	init_shared(init, "query", "", share_query(rules, operation));
	init_shared(init, "headers", "", share_headers(rules, operation));
	add_alternatives(init, "require_one_of", own->require_one_of);
	add_alternatives(init, "input_one_of", own->input_one_of);
	init_shared(init, "envelope", "&", share_envelope(rules, own->envelope));
	init_texts(init, "output_tuple", own->output_tuple);
	init_shared(init, "paging", "&", share_paging(rules, own->paging));
	add_rpc(init, own->rpc);
	add_events(init, operation);
	init_name(init, "authentication", authentications, own->authentication);
}

const char *emit_rules_of(struct shared_rules *rules, const struct operation *operation)
{
	struct tc__buffer init = TC__BUFFER(INIT_MAX);

	if (operation->dialect)
		add_dialect(&init, rules, operation);
	else
		init_shared(&init, "arguments", "", share_kinds(rules, operation));
	init_text(&init, "since", operation->since);
	init_text(&init, "removed_in", operation->removed_in);
	if (!init.length)
		return NULL;
	tc__buffer_truncate(&init, init.length - 1);
	return pool_keep(rules->keys.pool, &init) + 1;
}

void emit_rules_begin(struct shared_rules *rules, struct pool *pool)
{
	rules->operators = pool_rows_of(pool, "const struct tc_query_operator", "operators", true);
	rules->keys = pool_rows_of(pool, "const struct tc_query_rule", "key", false);
	rules->queries = pool_rows_of(pool, "const struct tc_query_rule", "query", true);
	rules->queries.pointers = true;
	rules->headers = pool_rows_of(pool, "const struct tc_query_rule", "headers", true);
	rules->kinds = pool_rows_of(pool, "const struct tc_argument_rule", "kinds", true);
	rules->envelopes = pool_rows_of(pool, "const struct tc_envelope", "items", false);
	rules->singles = pool_rows_of(pool, "const struct tc_envelope", "one_of", false);
	rules->pagings = pool_rows_of(pool, "const struct tc_paging", "by", false);
}

/* In an order in which each stands behind what it names. */
void emit_rules_end(struct shared_rules *rules, struct tc__buffer *out)
{
	pool_write_rows(&rules->operators, out);
	pool_write_rows(&rules->keys, out);
	pool_write_rows(&rules->queries, out);
	pool_write_rows(&rules->headers, out);
	pool_write_rows(&rules->kinds, out);
	pool_write_rows(&rules->envelopes, out);
	pool_write_rows(&rules->singles, out);
	pool_write_rows(&rules->pagings, out);
}

/* ---- the system ---- */

static void add_shapes(struct tc__buffer *init, const struct tc_error_shape *shape)
{
	static const char *const kinds[] = { NULL, "TC_ERROR_SHAPE_MEMBERS",
		"TC_ERROR_SHAPE_STRING", "TC_ERROR_SHAPE_LIST", "TC_ERROR_SHAPE_FIELDS",
		"TC_ERROR_SHAPE_RPC" };

	if (!shape)
		return;
	tc__buffer_text(init, " .errors = (const struct tc_error_shape[]){");
	for (; shape->kind; shape++) {
		tc__buffer_printf(init, " { .kind = %s,", kinds[shape->kind]);
		init_texts(init, "message", shape->message);
		init_texts(init, "code", shape->code);
		init_text(init, "info", shape->info);
		init_statuses(init, "statuses", shape->statuses);
		init_end(init);
		tc__buffer_char(init, ',');
	}
	tc__buffer_text(init, " { .kind = TC_ERROR_SHAPE_END } },");
}

static void add_clock(struct tc__buffer *init, const struct tc_clock_rule *rule)
{
	if (!rule)
		return;
	tc__buffer_text(init, " .clock = (const struct tc_clock_rule[]){");
	for (; rule->status; rule++) {
		tc__buffer_printf(init, " { %d, ", rule->status);
		init_quoted(init, rule->pattern);
		tc__buffer_text(init, " },");
	}
	tc__buffer_text(init, " { 0, NULL } },");
}

static void add_hawk(struct tc__buffer *init, const struct tc_hawk_scheme *hawk)
{
	if (!hawk)
		return;
	tc__buffer_text(init, " .hawk = &(const struct tc_hawk_scheme){");
	tc__buffer_printf(init, " .skew_s = %lld,", (long long)hawk->skew_s);
	init_flag(init, "no_extensions", hawk->no_extensions);
	init_flag(init, "no_signed_urls", hawk->no_signed_urls);
	init_text(init, "removed_in", hawk->removed_in);
	init_end(init);
	tc__buffer_char(init, ',');
}

static void add_session(struct tc__buffer *init, const struct tc_session_scheme *session)
{
	if (!session)
		return;
	tc__buffer_text(init, " .session = &(const struct tc_session_scheme){");
	init_text(init, "login", session->login);
	init_text(init, "logout", session->logout);
	init_texts(init, "cookies", session->cookies);
	init_statuses(init, "expired_statuses", session->expired_statuses);
	init_number(init, "lifetime_s", session->lifetime_s);
	init_text(init, "csrf_cookie", session->csrf_cookie);
	init_text(init, "csrf_header", session->csrf_header);
	init_flag(init, "basic", session->basic);
	init_flag(init, "csrf_referer", session->csrf_referer);
	init_end(init);
	tc__buffer_char(init, ',');
}

static void add_system(struct tc__buffer *init, const struct tc_conventions *conventions)
{
	init_text(init, "server_url", conventions->server_url);
	init_text(init, "server_default", conventions->server_default);
	init_text(init, "environment_url", conventions->environment_url);
	init_text(init, "environment_id", conventions->environment_id);
	init_text(init, "environment_secret", conventions->environment_secret);
	init_text(init, "accept", conventions->accept);
	init_texts(init, "refused_user_agents", conventions->refused_user_agents);
	init_text(init, "trace_header", conventions->trace_header);
	init_text(init, "operator_separator", conventions->operator_separator);
	init_texts(init, "reply_types", conventions->reply_types);
	init_statuses(init, "final_statuses", conventions->final_statuses);
	add_shapes(init, conventions->errors);
	add_clock(init, conventions->clock);
	add_hawk(init, conventions->hawk);
	add_session(init, conventions->session);
	init_number(init, "body_max", conventions->body_max);
	init_flag(init, "no_trace_header", conventions->no_trace_header);
	init_flag(init, "anonymous_reads", conventions->anonymous_reads);
	init_flag(init, "session_first", conventions->session_first);
}

void emit_system(struct tc__buffer *out, const struct service *service)
{
	struct tc__buffer init = TC__BUFFER(INIT_MAX);

	if (!service->conventions)
		return;
	tc__buffer_text(&init, "static const struct tc_conventions conventions = {");
	add_system(&init, service->conventions);
	if (init.data && init.data[init.length - 1] == '{')
		tc__buffer_text(&init, " .server_url = NULL");
	init_end(&init);
	tc__buffer_char(&init, ';');
	tc__buffer_char(out, '\n');
	pool_write(out, "", tc__buffer_get(&init));
	out->no_memory |= init.no_memory;
	tc__buffer_clear(&init);
}

/* ---- in headers ---- */

static void add_event_facts(struct tc__buffer *facts, const struct operation *operation)
{
	tc__buffer_text(facts, "\nThe reply is a stream: listen by tc_stream_new");
	if (operation->event_shape) {
		const char *name = shape_struct_name(operation->event_shape);
		tc__buffer_printf(facts,
			", and read an event as a struct tc_%s:\n"
			"tc_decode_json(&tc_%s_type, event, 0, &err)",
			name, name);
	}
	tc__buffer_char(facts, '.');
}

static void add_needs(struct tc__buffer *facts, const char *const *const *alternatives)
{
	tc__buffer_text(facts, "\nRefused here: a body without ");
	for (const char *const *const *all = alternatives; *all; all++) {
		tc__buffer_text(facts, all == alternatives ? "" : ", or ");
		for (const char *const *name = *all; *name; name++)
			tc__buffer_printf(facts, "%s%s", name == *all ? "" : " and ", *name);
	}
	tc__buffer_char(facts, '.');
}

void emit_conventions_head(struct tc__buffer *facts, const struct operation *operation)
{
	const struct tc_operation_conventions *rules =
		operation->dialect ? &operation->dialect->rules : NULL;

	if (rules && rules->rpc)
		tc__buffer_printf(facts, "; remote procedure \"%s\"", rules->rpc->method);
	if (operation->since)
		tc__buffer_printf(facts, "; since %s", operation->since);
	if (operation->removed_in)
		tc__buffer_printf(facts, "; removed in %s", operation->removed_in);
	if (rules && rules->authentication == TC_AUTHENTICATION_REQUIRED)
		tc__buffer_text(facts, "; needs credentials or a session");
}

static void add_empty_facts(struct tc__buffer *facts, const struct operation *operation)
{
	for (size_t i = 0; i < operation->argument_count; i++) {
		const struct parameter *argument = &operation->arguments[i];
		if (argument->empty)
			tc__buffer_printf(
				facts, "\n%s may be empty: %s.", argument->name, argument->empty);
	}
}

void emit_conventions_facts(struct tc__buffer *facts, const struct operation *operation)
{
	add_empty_facts(facts, operation);
	if (!operation->dialect)
		return;
	if (operation->dialect->rules.input_one_of)
		add_needs(facts, operation->dialect->rules.input_one_of);
	if (operation->dialect->events)
		add_event_facts(facts, operation);
}
