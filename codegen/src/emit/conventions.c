/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/emit/conventions.h"

#include "codegen/src/reference/dialect.h"
#include "codegen/src/shape/shape.h"
#include <string.h>

#define INIT_MAX (SIZE_MAX / 2)

/* ---- values: each is a member of an initialiser, with a space before and a comma behind it ----
 */

static void add_quoted(struct tc__buffer *init, const char *text)
{
	prose_literal(init, text, strlen(text));
}

static void add_text(struct tc__buffer *init, const char *member, const char *text)
{
	if (!text)
		return;
	tc__buffer_printf(init, " .%s = ", member);
	add_quoted(init, text);
	tc__buffer_char(init, ',');
}

static void add_flag(struct tc__buffer *init, const char *member, bool flag)
{
	if (flag)
		tc__buffer_printf(init, " .%s = true,", member);
}

static void add_number(struct tc__buffer *init, const char *member, int64_t number)
{
	if (number)
		tc__buffer_printf(init, " .%s = %lld,", member, (long long)number);
}

static void add_name(
	struct tc__buffer *init, const char *member, const char *const *names, uint8_t value)
{
	if (value)
		tc__buffer_printf(init, " .%s = %s,", member, names[value]);
}

static void add_shared(
	struct tc__buffer *init, const char *member, const char *before, const char *name)
{
	if (name)
		tc__buffer_printf(init, " .%s = %s%s,", member, before, name);
}

/* TC_TEXTS("a", "b") */
static void add_list(struct tc__buffer *init, const char *const *texts)
{
	if (!*texts) {
		tc__buffer_text(init, "(const char *const[]){ NULL }");
		return;
	}
	tc__buffer_text(init, "TC_TEXTS(");
	for (const char *const *text = texts; *text; text++) {
		tc__buffer_text(init, text == texts ? "" : ", ");
		add_quoted(init, *text);
	}
	tc__buffer_char(init, ')');
}

static void add_texts(struct tc__buffer *init, const char *member, const char *const *texts)
{
	if (!texts)
		return;
	tc__buffer_printf(init, " .%s = ", member);
	add_list(init, texts);
	tc__buffer_char(init, ',');
}

static void add_statuses(struct tc__buffer *init, const char *member, const uint16_t *statuses)
{
	if (!statuses)
		return;
	tc__buffer_printf(init, " .%s = (const uint16_t[]){", member);
	for (; *statuses; statuses++)
		tc__buffer_printf(init, " %d,", *statuses);
	tc__buffer_text(init, " 0 },");
}

/* Without the last comma, and with the brace behind it. */
static void end_init(struct tc__buffer *init)
{
	if (init->length && init->data[init->length - 1] == ',')
		tc__buffer_truncate(init, init->length - 1);
	tc__buffer_text(init, " }");
}

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
		add_shared(init, "operators", "", share_operators(rules, rule, word));
	add_texts(init, "values", rule->values);
	add_text(init, "minimum", rule->minimum);
	add_text(init, "maximum", rule->maximum);
	add_name(init, "type", types, rule->type);
	add_name(init, "list", lists, rule->list);
	add_name(init, "role", roles, rule->role);
	add_flag(init, "no_bare", rule->no_bare);
	add_flag(init, "required", rule->required);
	add_flag(init, "reversible", rule->reversible);
	add_flag(init, "field", rule->field);
	add_flag(init, "secret", rule->secret);
	add_text(init, "member", rule->member);
	end_init(init);
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

static const char *share_kinds(struct shared_rules *rules, const struct operation *operation)
{
	static const char *const kinds[] = { "TC_ARGUMENT_STRING", "TC_ARGUMENT_INTEGER",
		"TC_ARGUMENT_EITHER" };
	static const char *const words[] = { "text", "integer", "either" };
	const struct tc_argument_rule *rule = operation->dialect->rules.arguments;
	struct tc__buffer init = TC__BUFFER(INIT_MAX), hint = TC__BUFFER(INIT_MAX);

	if (!rule)
		return NULL;
	tc__buffer_char(&init, '{');
	for (size_t i = 0; i < operation->argument_count; i++, rule++) {
		tc__buffer_printf(&hint, "%s%s", i ? "_" : "", words[rule->kind]);
		tc__buffer_printf(&init, " { .kind = %s,", kinds[rule->kind]);
		add_flag(&init, "segments", rule->segments);
		add_text(&init, "pattern", rule->pattern);
		end_init(&init);
		tc__buffer_char(&init, ',');
	}
	end_init(&init);
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
	add_text(&init, "items", envelope->items);
	add_text(&init, "rows", envelope->rows);
	add_flag(&init, "single", envelope->single);
	if (init.length == 1)
		tc__buffer_text(&init, " .items = NULL");
	end_init(&init);
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
	add_flag(&init, "stop_short", paging->stop_short);
	add_text(&init, "query", paging->query);
	add_text(&init, "next", paging->next);
	add_text(&init, "limit", paging->limit);
	add_text(&init, "order_query", paging->order_query);
	add_text(&init, "order_value", paging->order_value);
	add_text(&init, "key", paging->key);
	add_text(&init, "unique", paging->unique);
	add_number(&init, "add", paging->add);
	add_number(&init, "size", paging->size);
	add_number(&init, "maximum", paging->maximum);
	end_init(&init);
	return pool_share(
		&rules->pagings, hint_of(rules, paging->order_value, words[paging->style]), &init);
}

static void add_events(struct tc__buffer *init, const struct operation *operation)
{
	const struct tc_event_stream *events = operation->dialect->rules.events;

	if (!events)
		return;
	tc__buffer_text(init, " .events = &(const struct tc_event_stream){");
	add_text(init, "handshake", events->handshake);
	add_text(init, "name", events->name);
	if (operation->event_shape)
		tc__buffer_printf(
			init, " .item = &tc_%s_type,", shape_struct_name(operation->event_shape));
	end_init(init);
	tc__buffer_char(init, ',');
}

static void add_alternatives(struct tc__buffer *init, const char *const *const *sets)
{
	if (!sets)
		return;
	tc__buffer_text(init, " .require_one_of = (const char *const *const[]){");
	for (; *sets; sets++) {
		tc__buffer_char(init, ' ');
		add_list(init, *sets);
		tc__buffer_char(init, ',');
	}
	tc__buffer_text(init, " NULL },");
}

static void add_rpc(struct tc__buffer *init, const struct tc_rpc *rpc)
{
	if (!rpc)
		return;
	tc__buffer_text(init, " .rpc = &(const struct tc_rpc){ ");
	add_quoted(init, rpc->method);
	tc__buffer_printf(init, ", %s },", rpc->result_required ? "true" : "false");
}

const char *emit_rules_of(struct shared_rules *rules, const struct operation *operation)
{
	static const char *const authentications[] = { NULL, "TC_AUTHENTICATION_REQUIRED",
		"TC_AUTHENTICATION_NEVER" };
	struct tc__buffer init = TC__BUFFER(INIT_MAX);

	if (!operation->dialect)
		return NULL;
	const struct tc_operation_conventions *own = &operation->dialect->rules;
	add_text(&init, "base", own->base);
	add_text(&init, "accept", own->accept);
	add_shared(&init, "arguments", "", share_kinds(rules, operation));
	add_shared(&init, "query", "", share_query(rules, operation));
	add_shared(&init, "headers", "", share_headers(rules, operation));
	add_alternatives(&init, own->require_one_of);
	add_shared(&init, "envelope", "&", share_envelope(rules, own->envelope));
	add_texts(&init, "output_tuple", own->output_tuple);
	add_shared(&init, "paging", "&", share_paging(rules, own->paging));
	add_rpc(&init, own->rpc);
	add_events(&init, operation);
	add_text(&init, "since", own->since);
	add_text(&init, "removed_in", own->removed_in);
	add_name(&init, "authentication", authentications, own->authentication);
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
		add_texts(init, "message", shape->message);
		add_texts(init, "code", shape->code);
		add_text(init, "info", shape->info);
		add_statuses(init, "statuses", shape->statuses);
		end_init(init);
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
		add_quoted(init, rule->pattern);
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
	add_flag(init, "no_extensions", hawk->no_extensions);
	add_flag(init, "no_signed_urls", hawk->no_signed_urls);
	add_text(init, "removed_in", hawk->removed_in);
	end_init(init);
	tc__buffer_char(init, ',');
}

static void add_session(struct tc__buffer *init, const struct tc_session_scheme *session)
{
	if (!session)
		return;
	tc__buffer_text(init, " .session = &(const struct tc_session_scheme){");
	add_text(init, "login", session->login);
	add_text(init, "logout", session->logout);
	add_texts(init, "cookies", session->cookies);
	add_statuses(init, "expired_statuses", session->expired_statuses);
	add_number(init, "lifetime_s", session->lifetime_s);
	add_text(init, "csrf_cookie", session->csrf_cookie);
	add_text(init, "csrf_header", session->csrf_header);
	add_flag(init, "basic", session->basic);
	add_flag(init, "csrf_referer", session->csrf_referer);
	end_init(init);
	tc__buffer_char(init, ',');
}

static void add_system(struct tc__buffer *init, const struct tc_conventions *conventions)
{
	add_text(init, "server_url", conventions->server_url);
	add_text(init, "server_default", conventions->server_default);
	add_text(init, "environment_url", conventions->environment_url);
	add_text(init, "environment_id", conventions->environment_id);
	add_text(init, "environment_secret", conventions->environment_secret);
	add_text(init, "accept", conventions->accept);
	add_texts(init, "refused_user_agents", conventions->refused_user_agents);
	add_text(init, "trace_header", conventions->trace_header);
	add_text(init, "operator_separator", conventions->operator_separator);
	add_texts(init, "reply_types", conventions->reply_types);
	add_statuses(init, "final_statuses", conventions->final_statuses);
	add_shapes(init, conventions->errors);
	add_clock(init, conventions->clock);
	add_hawk(init, conventions->hawk);
	add_session(init, conventions->session);
	add_number(init, "body_max", conventions->body_max);
	add_flag(init, "no_trace_header", conventions->no_trace_header);
	add_flag(init, "anonymous_reads", conventions->anonymous_reads);
	add_flag(init, "session_first", conventions->session_first);
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
	end_init(&init);
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

void emit_conventions_head(struct tc__buffer *facts, const struct operation *operation)
{
	if (!operation->dialect)
		return;
	const struct tc_operation_conventions *rules = &operation->dialect->rules;
	if (rules->rpc)
		tc__buffer_printf(facts, "; remote procedure \"%s\"", rules->rpc->method);
	if (rules->since)
		tc__buffer_printf(facts, "; since %s", rules->since);
	if (rules->removed_in)
		tc__buffer_printf(facts, "; removed in %s", rules->removed_in);
	if (rules->authentication == TC_AUTHENTICATION_REQUIRED)
		tc__buffer_text(facts, "; needs credentials or a session");
}

void emit_conventions_facts(struct tc__buffer *facts, const struct operation *operation)
{
	if (operation->dialect && operation->dialect->events)
		add_event_facts(facts, operation);
}
