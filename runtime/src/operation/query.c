/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/operation/query_key.h"

#include "runtime/src/common/url.h"
#include <stdlib.h>
#include <string.h>

/* ---- finding keys ---- */

static int find(const struct tc__query *query, const char *key, const char *comparison,
	struct tc__query_meaning *found, tc_error *err)
{
	size_t place = 0;

	if (!key)
		return tc__fail(err, TC_ERROR_ARGUMENT, "key is NULL");
	if (!tc__query_find_key(query, key, found))
		return tc__fail(err, TC_ERROR_ARGUMENT, "%.100s is no key of its query", key);
	if (!comparison) {
		if (!found->rule || !found->rule->no_bare)
			return TC_OK;
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s needs an operator, such as %s", key,
			found->rule->operators->name);
	}
	found->relation =
		found->rule ? tc__query_find_operator(found->rule, comparison, &place) : NULL;
	found->place += place;
	if (found->relation)
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"%s has no operator %.50s, which the server might ignore", key, comparison);
}

static enum tc_value_list list_of(const struct tc__query_meaning *meaning)
{
	if (meaning->relation)
		return (enum tc_value_list)meaning->relation->list;
	return meaning->rule ? (enum tc_value_list)meaning->rule->list : TC_LIST_SINGLE;
}

/* ---- values ---- */

static const char *type_name(uint8_t type)
{
	static const char *const names[] = { "a text", "an integer of at most 64 bits", "a number",
		"true or false", "a day such as 2026-01-31", "a time such as 2026-01-31T12:00:00" };

	return names[type];
}

/* A secret is named, never shown. */
static const char *shown(const struct tc_query_rule *rule, const char *value)
{
	return rule->secret ? "(a secret)" : value;
}

/* Booleans as people write them, as they are sent. */
static const char *spelled(const struct tc__query_meaning *meaning, const char *value)
{
	static const char *const words[] = { "yes", "on", "1", "no", "off", "0" };

	if (!value || !meaning->rule || meaning->rule->type != TC_VALUE_BOOLEAN)
		return value;
	for (size_t i = 0; i < 6; i++)
		if (strcmp(words[i], value) == 0)
			return i < 3 ? "true" : "false";
	return value;
}

static int check_range(const struct tc_query_rule *rule, const char *value, tc_error *err)
{
	if (rule->type != TC_VALUE_INTEGER)
		return TC_OK;
	long long number = strtoll(value, NULL, 10);
	if (rule->minimum && number < strtoll(rule->minimum, NULL, 10))
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is %lld; expected at least %s",
			rule->name, number, rule->minimum);
	if (rule->maximum && number > strtoll(rule->maximum, NULL, 10))
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is %lld; expected at most %s",
			rule->name, number, rule->maximum);
	return TC_OK;
}

static int check_value(const struct tc__query_meaning *meaning, const char *value, tc_error *err)
{
	const struct tc_query_rule *rule = meaning->rule;

	if (!value)
		return tc__fail(
			err, TC_ERROR_ARGUMENT, "%s has a value that is NULL", meaning->name);
	if (!rule)
		return TC_OK;
	const char *bare = value + (rule->reversible && *value == '-');
	if (!tc__is_value((enum tc_value_type)rule->type, bare))
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is \"%.100s\"; expected %s", rule->name,
			shown(rule, value), type_name(rule->type));
	if (rule->values && !tc__has_text(rule->values, bare))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s is \"%.100s\", which is none of its values, such as \"%s\"", rule->name,
			shown(rule, value), rule->values[0]);
	if (list_of(meaning) == TC_LIST_COMMA && strchr(value, ','))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s has the value \"%.100s\" with a comma, which separates values",
			rule->name, shown(rule, value));
	return check_range(rule, bare, err);
}

/* ---- entries ---- */

/* Where the entry is or would be; *offset is what the entries before it take of the text. */
static struct tc__query_entry **find_entry(
	struct tc__query *query, const struct tc__query_meaning *meaning, size_t *offset)
{
	struct tc__query_entry **at = &query->entries;

	*offset = 0;
	while (*at && (*at)->place < meaning->place) {
		*offset += (*at)->length;
		at = &(*at)->next;
	}
	return at;
}

/* Room for more values. What the arena keeps of arrays that became too small is less than the
 * newest one. */
static bool reserve(struct tc__query *query, struct tc__query_entry *entry, size_t count)
{
	if (count <= entry->capacity - entry->count)
		return true;
	size_t capacity = 2 * entry->count + count;
	const char **values = tc__arena_alloc(&query->arena, capacity * sizeof *values);
	if (!values)
		return false;
	if (entry->count)
		memcpy(values, entry->values, entry->count * sizeof *values);
	entry->values = values;
	entry->capacity = capacity;
	return true;
}

/* Puts copies of the values behind those of the entry, which does not count them yet. */
static bool place_values(struct tc__query *query, struct tc__query_entry *entry,
	const struct tc__query_meaning *meaning, const char *const *values, size_t count)
{
	if (!reserve(query, entry, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		char *copy = tc__arena_string(&query->arena, spelled(meaning, values[i]));
		if (!copy)
			return false;
		entry->values[entry->count + i] = copy;
	}
	return true;
}

static int check_room(const struct tc__query_meaning *meaning, const struct tc__query_entry *old,
	size_t count, tc_error *err)
{
	const char *comparison = meaning->relation ? meaning->relation->name : "";
	const char *space = meaning->relation ? " " : "";

	if (count == 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s%s%s has an empty list of values",
			meaning->name, space, comparison);
	if (old && old->fixed)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s is in the query struct already; expected it in one place",
			meaning->name);
	if (list_of(meaning) == TC_LIST_SINGLE && (old || count > 1))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s%s%s takes one value only; the server would ignore others",
			meaning->name, space, comparison);
	return TC_OK;
}

static void render_values(const struct tc__query *query, const struct tc__query_entry *entry,
	size_t from, size_t to, bool secrets, struct tc__buffer *url);

/* The text of the values that are placed, but not counted yet. */
static bool render_change(
	struct tc__query *query, const struct tc__query_entry *entry, size_t count)
{
	struct tc__buffer *text = &query->change.text;

	tc__buffer_clear(text);
	*text = TC__BUFFER(SIZE_MAX / 2); /* the URL has a limit */
	text->secret = query->arena.secret;
	render_values(query, entry, entry->count, entry->count + count, true, text);
	return !tc__buffer_failed(text);
}

static struct tc__query_entry *new_entry(
	struct tc__query *query, const struct tc__query_meaning *meaning, bool fixed)
{
	struct tc__query_entry *entry = tc__arena_alloc(&query->arena, sizeof *entry);

	if (entry)
		*entry = (struct tc__query_entry){ .name = meaning->name,
			.rule = meaning->rule,
			.relation = meaning->relation,
			.place = meaning->place,
			.fixed = fixed };
	return entry;
}

static int add(struct tc__query *query, const struct tc__query_meaning *meaning,
	const char *const *values, size_t count, bool fixed, tc_error *err)
{
	size_t offset;
	struct tc__query_entry **at = find_entry(query, meaning, &offset);
	struct tc__query_entry *old = *at && (*at)->place == meaning->place ? *at : NULL;
	int rc = check_room(meaning, old, count, err);

	for (size_t i = 0; i < count && rc == TC_OK; i++)
		rc = check_value(meaning, spelled(meaning, values[i]), err);
	if (rc != TC_OK)
		return rc;
	query->arena.secret |= meaning->rule && meaning->rule->secret;
	struct tc__query_entry *entry = old ? old : new_entry(query, meaning, fixed);
	if (!entry || !place_values(query, entry, meaning, values, count) ||
		!render_change(query, entry, count))
		return tc__fail_nomem(err);
	query->change.entry = entry;
	query->change.at = at;
	query->change.replaced = NULL;
	query->change.count = count;
	query->change.offset = offset + entry->length;
	entry->count += count;
	entry->length += query->change.text.length;
	if (!old) {
		entry->next = *at;
		*at = entry;
	}
	return TC_OK;
}

void tc__query_undo(struct tc__query *query)
{
	struct tc__query_change *change = &query->change;
	struct tc__query_entry *entry = change->entry;

	if (!entry)
		return;
	entry->count -= change->count;
	entry->length -= change->text.length;
	if (entry->count == 0)
		*change->at = change->replaced ? change->replaced : entry->next;
	change->entry = NULL;
}

int tc__query_add(struct tc__query *query, const char *key, const char *comparison,
	const char *const *values, size_t count, tc_error *err)
{
	struct tc__query_meaning meaning = { 0 };
	int rc = find(query, key, comparison, &meaning, err);

	if (rc == TC_OK && !values)
		return tc__fail(err, TC_ERROR_ARGUMENT, "values of %s is NULL", key);
	return rc == TC_OK ? add(query, &meaning, values, count, false, err) : rc;
}

/* "a,b" for a list that is joined by commas */
static int add_joined(struct tc__query *query, const struct tc__query_meaning *meaning,
	const char *value, tc_error *err)
{
	size_t count = 1, i = 0;

	for (const char *comma = strchr(value, ','); comma; comma = strchr(comma + 1, ','))
		count++;
	const char **parts = tc__arena_alloc(&query->arena, count * sizeof *parts);
	for (; parts && i < count; i++) {
		size_t length = strcspn(value, ",");
		parts[i] = tc__arena_text(&query->arena, value, length);
		if (!parts[i])
			break;
		value += length + 1;
	}
	return i == count ? add(query, meaning, parts, count, false, err) : tc__fail_nomem(err);
}

static int find_key(const struct tc__query *query, const char *key,
	struct tc__query_meaning *meaning, tc_error *err)
{
	if (!key)
		return tc__fail(err, TC_ERROR_ARGUMENT, "a name is NULL");
	if (tc__query_find_sent(query, key, meaning))
		return TC_OK;
	return tc__fail(err, TC_ERROR_ARGUMENT,
		"%.100s is neither an argument nor a key of the query", key);
}

int tc__query_add_sent(struct tc__query *query, const char *key, const char *value, tc_error *err)
{
	struct tc__query_meaning meaning = { 0 };
	int rc = find_key(query, key, &meaning, err);

	if (rc != TC_OK)
		return rc;
	if (!value)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", key);
	if (list_of(&meaning) == TC_LIST_COMMA)
		return add_joined(query, &meaning, value, err);
	return add(query, &meaning, &value, 1, false, err);
}

int tc__query_add_struct(struct tc__query *query, const char *const *values, tc_error *err)
{
	const struct tc_operation *operation = query->operation;
	int rc = TC_OK;

	for (size_t i = 0; values && i < operation->query_count && rc == TC_OK; i++) {
		struct tc__query_meaning meaning = { 0 };
		/* what is no key is a header, and not the query's */
		if (values[i] && tc__query_find_key(query, operation->query[i].name, &meaning))
			rc = add(query, &meaning, &values[i], 1, true, err);
	}
	return rc;
}

int tc__query_replace(struct tc__query *query, const char *key, const char *value, tc_error *err)
{
	struct tc__query_meaning meaning = { 0 };
	int rc = find_key(query, key, &meaning, err);

	if (rc != TC_OK)
		return rc;
	size_t offset;
	struct tc__query_entry **at = find_entry(query, &meaning, &offset);
	struct tc__query_entry *old = *at && (*at)->place == meaning.place ? *at : NULL;
	if (old)
		*at = old->next;
	rc = add(query, &meaning, &value, 1, true, err);
	if (rc == TC_OK)
		query->change.replaced = old;
	else if (old)
		*at = old;
	return rc;
}

const char *tc__query_value(const struct tc__query *query, const char *key)
{
	struct tc__query_meaning meaning = { 0 };

	if (!tc__query_find_sent(query, key, &meaning))
		return NULL;
	for (const struct tc__query_entry *entry = query->entries; entry; entry = entry->next)
		if (entry->place == meaning.place)
			return entry->values[0];
	return NULL;
}

int tc__query_copy(struct tc__query *to, const struct tc__query *from, tc_error *err)
{
	int rc = TC_OK;

	*to = tc__query_for(from->operation);
	for (const struct tc__query_entry *entry = from->entries; entry && rc == TC_OK;
		entry = entry->next) {
		struct tc__query_meaning meaning = { entry->name, entry->rule, entry->relation,
			entry->place };
		rc = add(to, &meaning, (const char *const *)entry->values, entry->count,
			entry->fixed, err);
	}
	return rc;
}

void tc__query_clear(struct tc__query *query)
{
	tc__arena_clear(&query->arena);
	tc__buffer_clear(&query->change.text);
	query->entries = NULL;
	query->change = (struct tc__query_change){ 0 };
}

/* ---- the whole ---- */

static const struct tc__query_entry *selection(const struct tc__query *query)
{
	const struct tc__query_entry *entry = query->entries;

	while (entry && !(entry->rule && entry->rule->role == TC_ROLE_SELECT))
		entry = entry->next;
	return entry;
}

bool tc__query_is_selective(const struct tc__query *query)
{
	return selection(query) != NULL;
}

static bool is_selected(const struct tc__query_entry *select, const char *member)
{
	for (size_t i = 0; i < select->count; i++)
		if (strcmp(select->values[i], member) == 0)
			return true;
	return false;
}

bool tc__query_selects(const struct tc__query *query, const char *member)
{
	const struct tc__query_entry *select = selection(query);

	return !select || is_selected(select, member);
}

static int check_selected(
	const struct tc__query_entry *select, const struct tc__query_entry *entry, tc_error *err)
{
	const char *about = entry->rule && entry->rule->member ? entry->rule->member : entry->name;
	if (entry->rule && entry->rule->field && !is_selected(select, about))
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is %s, but not among the values of %s",
			about, entry->rule->member ? "asked for" : "filtered by", select->name);
	bool order = entry->rule && entry->rule->role == TC_ROLE_ORDER;
	for (size_t i = 0; order && i < entry->count; i++) {
		const char *member = entry->values[i] + (*entry->values[i] == '-');
		if (!is_selected(select, member))
			return tc__fail(err, TC_ERROR_ARGUMENT,
				"%s is sorted by, but not among the values of %s", member,
				select->name);
	}
	return TC_OK;
}

/* With any operator, or alone. */
static bool has_name(const struct tc__query *query, const char *name)
{
	for (const struct tc__query_entry *entry = query->entries; entry; entry = entry->next)
		if (strcmp(entry->name, name) == 0)
			return true;
	return false;
}

static int check_required(const struct tc__query *query, tc_error *err)
{
	for (const struct tc_query_rule *const *rule = query->keys; *rule; rule++)
		if ((*rule)->required && !has_name(query, (*rule)->name))
			return tc__fail(err, TC_ERROR_ARGUMENT, "%s is missing in the query",
				(*rule)->name);
	return TC_OK;
}

static bool has_all(const struct tc__query *query, const char *const *keys)
{
	for (; *keys; keys++)
		if (!tc__query_value(query, *keys))
			return false;
	return true;
}

static int check_alternatives(const struct tc__query *query, tc_error *err)
{
	const char *const *const *sets = query->rules ? query->rules->require_one_of : NULL;
	struct tc__buffer wanted = TC__BUFFER(1000);

	if (!sets)
		return TC_OK;
	for (const char *const *const *set = sets; *set; set++)
		if (has_all(query, *set))
			return TC_OK;
	tc__add_alternatives(&wanted, sets);
	int rc = tc__fail(err, TC_ERROR_ARGUMENT, "the query needs %s", tc__buffer_get(&wanted));
	tc__buffer_clear(&wanted);
	return rc;
}

static int check_beside(
	const struct tc__query *query, const struct tc_query_rule *rule, tc_error *err)
{
	struct tc__buffer fine = TC__BUFFER(1000);

	for (const struct tc__query_entry *entry = query->entries; entry; entry = entry->next) {
		if (strcmp(entry->name, rule->name) == 0 ||
			tc__has_text(rule->besides, entry->name))
			continue;
		for (const char *const *key = rule->besides; *key; key++)
			tc__buffer_printf(&fine, "%s%s",
				key == rule->besides ? ", only with " : " and ", *key);
		int rc = tc__fail(err, TC_ERROR_ARGUMENT, "%s cannot go with %s%s", rule->name,
			entry->name, tc__buffer_get(&fine));
		tc__buffer_clear(&fine);
		return rc;
	}
	return TC_OK;
}

/* Keys beside which a server fails, or ignores others. */
static int check_company(const struct tc__query *query, tc_error *err)
{
	int rc = TC_OK;

	for (const struct tc__query_entry *entry = query->entries; entry && rc == TC_OK;
		entry = entry->next)
		if (entry->rule && entry->rule->besides)
			rc = check_beside(query, entry->rule, err);
	return rc;
}

int tc__query_check(const struct tc__query *query, tc_error *err)
{
	const struct tc__query_entry *select = selection(query);
	int rc = check_required(query, err);

	if (rc == TC_OK)
		rc = check_alternatives(query, err);
	if (rc == TC_OK)
		rc = check_company(query, err);
	for (const struct tc__query_entry *entry = query->entries; select && entry && rc == TC_OK;
		entry = entry->next)
		rc = check_selected(select, entry, err);
	return rc;
}

/* ---- text ---- */

static void render_key(
	const struct tc__query *query, const struct tc__query_entry *entry, struct tc__buffer *url)
{
	tc__buffer_char(url, '&');
	tc__url_encode(url, entry->name);
	if (entry->relation) {
		tc__buffer_text(url, query->separator);
		tc__buffer_text(url, entry->relation->name);
	}
	tc__buffer_char(url, '=');
}

/* Some of an entry's values, each with what stands in front of it. */
static void render_values(const struct tc__query *query, const struct tc__query_entry *entry,
	size_t from, size_t to, bool secrets, struct tc__buffer *url)
{
	struct tc__query_meaning meaning = { entry->name, entry->rule, entry->relation, 0 };
	bool joined = list_of(&meaning) == TC_LIST_COMMA;
	bool hidden = !secrets && entry->rule && entry->rule->secret;

	for (size_t i = from; i < to; i++) {
		if (i && joined)
			tc__buffer_char(url, ',');
		else
			render_key(query, entry, url);
		tc__url_encode(url, hidden ? "redacted" : entry->values[i]);
	}
}

static void render(const struct tc__query *query, bool secrets, struct tc__buffer *url)
{
	size_t begin = url->length;

	for (const struct tc__query_entry *entry = query->entries; entry; entry = entry->next)
		render_values(query, entry, 0, entry->count, secrets, url);
	if (url->length > begin)
		url->data[begin] = '?';
}

void tc__query_render(const struct tc__query *query, struct tc__buffer *url)
{
	render(query, true, url);
}

void tc__query_show(const struct tc__query *query, struct tc__buffer *url)
{
	render(query, false, url);
}

bool tc__query_has_secret(const struct tc__query *query)
{
	return query->arena.secret;
}
