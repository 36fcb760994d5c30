/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/auth/roles.h"

#include "runtime/src/base/buffer.h"
#include "tools/sandbox/auth/scopes.h"
#include "tools/sandbox/store/store.h"

#include <stdlib.h>
#include <string.h>

#define ASSUME "assume:"
#define ASSUME_LENGTH 7
/* a role that brings itself in ever longer forms would never end */
#define EXPANSION_MAX SCOPES_MAX
#define SCOPE_MAX 2000

struct set {
	struct tc__arena *arena;
	const char **scopes;
	size_t count, capacity;
	bool failed;
};

void roles_clear(struct roles *roles)
{
	tc__arena_clear(&roles->arena);
	free(roles->list);
	*roles = (struct roles){ 0 };
}

bool roles_add(struct roles *roles, const char *id, const char *scopes)
{
	const tc_json *json = NULL;
	struct role role = { .id = tc__arena_text(&roles->arena, id, strlen(id)) };

	if (roles->count == roles->capacity) {
		size_t capacity = roles->capacity ? 2 * roles->capacity : 16;
		struct role *list = realloc(roles->list, capacity * sizeof *list);
		if (!list)
			return false;
		roles->list = list;
		roles->capacity = capacity;
	}
	bool ok = role.id && tc_json_parse(scopes, strlen(scopes), &json, NULL) == TC_OK &&
		scopes_read(&roles->arena, json, &role.scopes);
	tc_release(json);
	if (ok)
		roles->list[roles->count++] = role;
	return ok;
}

static struct tc_scopes view(const struct set *set)
{
	return (struct tc_scopes){ set->scopes, set->count };
}

static void add(struct set *set, const char *scope)
{
	struct tc_scopes held = view(set);

	if (set->failed || scopes_cover(&held, scope) || set->count >= EXPANSION_MAX)
		return;
	if (set->count == set->capacity) {
		size_t capacity = set->capacity ? 2 * set->capacity : 32;
		const char **scopes = tc__arena_alloc(set->arena, capacity * sizeof *scopes);
		if (!scopes) {
			set->failed = true;
			return;
		}
		if (set->count)
			memcpy(scopes, set->scopes, set->count * sizeof *scopes);
		set->scopes = scopes;
		set->capacity = capacity;
	}
	set->scopes[set->count++] = scope;
}

/* A role's scope with `<..>` filled in; a rest that ends in `*` ends the scope there. */
static void add_filled(struct set *set, const char *scope, const char *rest)
{
	struct tc__buffer text = TC__BUFFER(SCOPE_MAX);
	const char *hole = rest ? strstr(scope, "<..>") : NULL;

	if (!hole) {
		add(set, scope);
		return;
	}
	size_t length = strlen(rest);
	tc__buffer_add(&text, scope, (size_t)(hole - scope));
	tc__buffer_add(&text, rest, length);
	if (!length || rest[length - 1] != '*')
		tc__buffer_text(&text, hole + 4);
	const char *copy = tc__buffer_failed(&text)
		? NULL
		: tc__arena_text(set->arena, tc__buffer_get(&text), text.length);
	if (copy)
		add(set, copy);
	else
		set->failed = set->failed || text.no_memory;
	tc__buffer_clear(&text);
}

static bool begins(const char *text, const char *with, size_t length)
{
	return strncmp(text, with, length) == 0;
}

/* Whether an assumed id (which may end in `*`) brings a role, and what `<..>` then is: NULL when
 * the role is no pattern. */
static bool matches(const char *assumed, const char *id, const char **rest)
{
	size_t length = strlen(assumed);
	size_t id_length = strlen(id);
	bool open = length && assumed[length - 1] == '*';
	bool pattern = id_length && id[id_length - 1] == '*';

	*rest = NULL;
	if (pattern && begins(assumed, id, id_length - 1)) {
		*rest = assumed + id_length - 1;
		return true;
	}
	if (open && begins(id, assumed, length - 1)) {
		*rest = pattern ? "*" : NULL;
		return true;
	}
	return strcmp(assumed, id) == 0;
}

static void expand_one(const struct roles *roles, struct set *set, const char *scope)
{
	size_t length = strlen(scope);
	const char *assumed = scope + ASSUME_LENGTH;
	const char *rest;

	if (length <= ASSUME_LENGTH && length && scope[length - 1] == '*' &&
		begins(ASSUME, scope, length - 1))
		assumed = "*"; /* "ass*" holds every role */
	else if (!begins(scope, ASSUME, ASSUME_LENGTH))
		return;
	for (size_t i = 0; i < roles->count; i++) {
		const struct role *role = &roles->list[i];
		if (!matches(assumed, role->id, &rest))
			continue;
		for (size_t k = 0; k < role->scopes.count; k++)
			add_filled(set, role->scopes.scopes[k], rest);
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Drops what a scope that came later covers. */
static void normalise(struct set *set)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct tc_scopes before = { set->scopes, kept };
		struct tc_scopes after = { set->scopes + i + 1, set->count - i - 1 };
		if (!scopes_cover(&before, set->scopes[i]) && !scopes_cover(&after, set->scopes[i]))
			set->scopes[kept++] = set->scopes[i];
	}
	set->count = kept;
	if (kept)
		qsort(set->scopes, kept, sizeof *set->scopes, compare);
}

struct tc_scopes roles_expand_with(const struct roles *roles, struct tc__arena *arena,
	const struct tc_scopes *scopes, const char *extra)
{
	static const char *const everything[] = { "*" };
	struct set set = { .arena = arena };

	for (size_t i = 0; i < scopes->count; i++) {
		if (strcmp(scopes->scopes[i], "*") == 0)
			return (struct tc_scopes){ everything, 1 };
	}
	for (size_t i = 0; i < scopes->count; i++)
		add(&set, scopes->scopes[i]);
	if (extra)
		add(&set, extra);
	for (size_t i = 0; i < set.count && !set.failed; i++)
		expand_one(roles, &set, set.scopes[i]);
	if (set.failed)
		return (struct tc_scopes){ 0 };
	normalise(&set);
	return view(&set);
}

struct tc_scopes roles_expand(
	const struct roles *roles, struct tc__arena *arena, const struct tc_scopes *scopes)
{
	return roles_expand_with(roles, arena, scopes, NULL);
}

#define PARAMETER "<..>"

/* Whether two patterns, each perhaps ending in `*`, have anything in common. */
static bool overlap(const char *a, size_t a_length, bool a_open, const char *b)
{
	size_t b_length = strlen(b);
	bool b_open = b_length && b[b_length - 1] == '*';

	b_length -= b_open;
	size_t common = a_length < b_length ? a_length : b_length;
	return strncmp(a, b, common) == 0 && (a_length >= b_length || a_open) &&
		(b_length >= a_length || b_open);
}

static bool is_pattern(const struct role *role)
{
	size_t length = strlen(role->id);

	return length && role->id[length - 1] == '*';
}

/* Whether a scope of a role may bring another role: what stands for `<..>` may be anything. */
static bool leads_to(const struct role *from, const char *scope, const struct role *to)
{
	const char *hole = is_pattern(from) ? strstr(scope, PARAMETER) : NULL;
	size_t length = hole ? (size_t)(hole - scope) : strlen(scope);
	bool open = hole || (length && scope[length - 1] == '*');

	if (open && !hole)
		length--;
	if (length <= ASSUME_LENGTH)
		return open && strncmp(scope, ASSUME, length) == 0;
	return strncmp(scope, ASSUME, ASSUME_LENGTH) == 0 &&
		overlap(scope + ASSUME_LENGTH, length - ASSUME_LENGTH, open, to->id);
}

static bool role_leads_to(const struct role *from, const struct role *to)
{
	for (size_t i = 0; i < from->scopes.count; i++) {
		if (leads_to(from, from->scopes.scopes[i], to))
			return true;
	}
	return false;
}

/* Whether a way leads from `role` back to it. The roles were without a circle before, so that a new
 * one goes through it. */
static bool is_in_circle(const struct roles *roles, const struct role *role)
{
	bool *reached = calloc(roles->count + 1, sizeof *reached);
	size_t *open = calloc(roles->count + 1, sizeof *open);
	const struct role *from = role;
	size_t count = 0;
	bool circle = !reached || !open; /* what cannot be checked is refused */

	while (!circle) {
		circle = role_leads_to(from, role);
		for (size_t i = 0; i < roles->count; i++) {
			const struct role *to = &roles->list[i];
			if (reached[i] || strcmp(to->id, role->id) == 0 || !role_leads_to(from, to))
				continue;
			reached[i] = true;
			open[count++] = i;
		}
		if (!count)
			break;
		from = &roles->list[open[--count]];
	}
	free(reached);
	free(open);
	return circle;
}

const char *roles_problem(const struct roles *roles, const struct role *role)
{
	for (size_t i = 0; is_pattern(role) && i < role->scopes.count; i++) {
		const char *scope = role->scopes.scopes[i];
		const char *hole = strstr(scope, PARAMETER);
		if (hole && strstr(hole + 1, PARAMETER))
			return "a scope of a role may have `<..>` once only";
		if (hole && hole > scope && hole[-1] == '*' && !hole[strlen(PARAMETER)])
			return "a scope of a role may not end in `*<..>`";
	}
	return is_in_circle(roles, role) ? "roles may not lead back to themselves" : NULL;
}

bool roles_load(struct roles *roles, struct store *store)
{
	struct row *row =
		store_query(store, "SELECT role_id, scopes FROM roles ORDER BY role_id", "");
	bool ok = true;

	roles_clear(roles);
	while (store_next(row))
		ok = roles_add(roles, store_text(row, 0), store_text(row, 1)) && ok;
	store_end(store, row);
	return ok;
}
