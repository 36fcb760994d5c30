/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/validate.h"

#include "tools/schema/check.h"

#define PROBLEMS_MAX 10
#define NEARNESS_MAX ((size_t)100) /* faults; what has more is not near */
/* A schema inside a schema takes some hundred bytes of the stack: what is deeper is a bomb, and so
 * is what looks at schemas so often for each value. */
#define DEPTH_MAX 4000
#define SCHEMAS_FIRST ((size_t)4 * 1000 * 1000)
#define SCHEMAS_EACH ((size_t)2000)

bool check_quietly(const struct check *c, struct schema schema, const tc_json *value)
{
	struct check quiet = *c;

	quiet.fault = NULL;
	return check(&quiet, schema, value, NULL);
}

/* How many of a list of schemas the value keeps; more than `enough` are not looked for. */
static size_t count_kept(struct check *c, struct schema schema, const tc_json *list,
	const tc_json *value, size_t enough)
{
	size_t kept = 0;

	for (size_t i = 0; i < tc_json_count(list) && kept < enough; i++)
		kept += check_quietly(c, schemas_inside(schema, tc_json_item(list, i)), value);
	return kept;
}

static void count_fault(void *data, const char *pointer, const char *text)
{
	(void)pointer, (void)text;
	++*(size_t *)data;
}

/* How many faults a shape finds, up to a limit. */
static size_t count_faults(
	const struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	size_t faults = 0;
	struct check counting = *c;

	counting.fault = count_fault;
	counting.data = &faults;
	counting.count = 0;
	counting.most = NEARNESS_MAX;
	counting.nearest = false; /* what shapes inside of shapes miss is no matter here */
	if (!check_values(&counting, schemas_resolve(c->schemas, schema), value, where))
		return NEARNESS_MAX; /* of another type: what it would have to be is far */
	check(&counting, schema, value, where);
	return faults;
}

/* What the value misses of the shape that it is nearest to, if there is one such. */
static void tell_nearest(struct check *c, struct schema schema, const tc_json *list,
	const tc_json *value, const struct step *where)
{
	size_t least = NEARNESS_MAX, nearest = 0;
	bool alone = false;

	if (!c->nearest || !c->fault)
		return;
	for (size_t i = 0; i < tc_json_count(list); i++) {
		size_t faults = count_faults(
			c, schemas_inside(schema, tc_json_item(list, i)), value, where);
		if (faults < least)
			nearest = i;
		alone = faults < least || (alone && faults > least);
		least = faults < least ? faults : least;
	}
	if (alone)
		check(c, schemas_inside(schema, tc_json_item(list, nearest)), value, where);
}

/* One of a list of shapes, or more. */
static bool check_any(struct check *c, struct schema schema, const tc_json *list,
	const tc_json *value, const struct step *where)
{
	if (!list || count_kept(c, schema, list, value, 1) == 1)
		return true;
	check_fault(c, where, "matches none of the shapes it may have", NULL);
	tell_nearest(c, schema, list, value, where);
	return false;
}

static bool check_one(struct check *c, struct schema schema, const tc_json *list,
	const tc_json *value, const struct step *where)
{
	size_t kept = list ? count_kept(c, schema, list, value, 2) : 1;

	if (kept == 1)
		return true;
	check_fault(c, where, "must match exactly one of the shapes it may have", NULL);
	if (kept == 0)
		tell_nearest(c, schema, list, value, where);
	return false;
}

static bool check_if(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *condition = check_since(schema, 7, "if");

	if (!condition)
		return true;
	bool kept = check_quietly(c, schemas_inside(schema, condition), value);
	const tc_json *then = tc_json_get(schema.json, kept ? "then" : "else");
	return !then || check(c, schemas_inside(schema, then), value, where);
}

static bool check_combined(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	const tc_json *all = tc_json_get(schema.json, "allOf");
	const tc_json *any = tc_json_get(schema.json, "anyOf");
	const tc_json *one = tc_json_get(schema.json, "oneOf");
	const tc_json *unwanted = tc_json_get(schema.json, "not");
	bool good = true;

	for (size_t i = 0; i < tc_json_count(all); i++)
		good = check(c, schemas_inside(schema, tc_json_item(all, i)), value, where) && good;
	good = check_any(c, schema, any, value, where) && good;
	good = check_one(c, schema, one, value, where) && good;
	if (unwanted && check_quietly(c, schemas_inside(schema, unwanted), value))
		good = check_fault(c, where, "must not be as it is: ", unwanted);
	return check_if(c, schema, value, where) && good;
}

static bool check_by_kind(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	switch (tc_json_kind(value)) {
	case TC_JSON_NUMBER:
		return check_number(c, schema.json, value, where);
	case TC_JSON_STRING:
		return check_string(c, schema.json, value, where);
	case TC_JSON_ARRAY:
		return check_array(c, schema, value, where);
	case TC_JSON_OBJECT:
		return check_object(c, schema, value, where);
	default:
		return true;
	}
}

/* Whether the $ref of a schema was followed at this value before: it would be without end. */
static bool is_circle(const struct turn *turn, const tc_json *schema, const tc_json *value)
{
	for (; turn && turn->value == value; turn = turn->above)
		if (turn->schema == schema)
			return true;
	return false;
}

static bool check_schema(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	if (tc_json_kind(schema.json) == TC_JSON_BOOL)
		return tc_json_true(schema.json) ||
			check_fault(c, where, "must not be there", NULL);
	if (!schema.json)
		return true;
	if (!check_values(c, schema, value, where))
		return false;
	bool good = check_by_kind(c, schema, value, where);
	return check_combined(c, schema, value, where) && good;
}

/* What a $ref leads to. */
static bool check_referred(
	struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	struct turn turn = { c->turn, schema.json, value };

	if (is_circle(c->turn, schema.json, value)) {
		c->effort->undecided = "the schema refers to itself without end";
		return false;
	}
	c->turn = &turn;
	bool good = check_schema(c, schemas_resolve(c->schemas, schema), value, where);
	c->turn = turn.above;
	return good;
}

bool check(struct check *c, struct schema schema, const tc_json *value, const struct step *where)
{
	struct effort *effort = c->effort;
	bool good;

	if (effort->depth >= DEPTH_MAX)
		effort->undecided = "the schema leads too deep into itself";
	if (effort->schemas++ >= effort->most)
		effort->undecided = "it takes too many steps";
	if (effort->undecided)
		return false;
	effort->depth++;
	if (tc_json_get(schema.json, "$ref"))
		good = check_referred(c, schema, value, where);
	else
		good = check_schema(c, schema, value, where);
	effort->depth--;
	return good;
}

static size_t count_values(const tc_json *value)
{
	size_t count = 1;

	for (size_t i = 0; i < tc_json_count(value); i++)
		count += count_values(tc_json_item(value, i));
	return count;
}

static struct effort effort_for(const tc_json *value)
{
	return (struct effort){ .most = SCHEMAS_FIRST + SCHEMAS_EACH * count_values(value) };
}

bool validate_each(struct schemas *schemas, struct schema schema, const tc_json *value,
	validate_fault_fn *fault, void *data)
{
	struct effort effort = effort_for(value);
	struct check c = { .schemas = schemas,
		.fault = fault,
		.data = data,
		.most = PROBLEMS_MAX,
		.effort = &effort };

	bool good = check(&c, schema, value, NULL);
	if (effort.undecided && fault)
		fault(data, "", effort.undecided);
	return good && !effort.undecided;
}

enum verdict validate_strictly(struct schemas *schemas, struct schema schema, const tc_json *value,
	const struct validate_report *report, const char **why)
{
	struct effort effort = effort_for(value);
	struct check c = { .schemas = schemas,
		.fault = report->fault,
		.data = report->data,
		.most = report->most,
		.strict = true,
		.nearest = true,
		.effort = &effort };
	bool good = check(&c, schema, value, NULL);

	*why = effort.undecided;
	if (effort.undecided)
		return VERDICT_NONE;
	return good ? VERDICT_KEPT : VERDICT_BROKEN;
}

static void add_fault(void *data, const char *pointer, const char *text)
{
	tc__buffer_printf(data, "\n  * %s %s", *pointer ? pointer : "/", text);
}

bool validate(struct schemas *schemas, struct schema schema, const tc_json *value,
	struct tc__buffer *problems)
{
	return validate_each(schemas, schema, value, add_fault, problems);
}
