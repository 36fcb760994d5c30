/* SPDX-License-Identifier: MPL-2.0 */
/* What the columns of rows are to the objects that the rows become. */
#include "runtime/src/type/decode.h"

#include <stdlib.h>

void tc__columns_clear(struct tc__columns *columns)
{
	free(columns->fields);
	*columns = (struct tc__columns){ 0 };
}

/* The columns that have no field as a shape of their own, in the value's arena. */
static bool find_others(struct tc__decoder *d, struct tc__columns *columns)
{
	const struct tc__json_shape *shape = columns->shape;
	struct tc_json *names = malloc((shape->count + 1) * sizeof *names);
	size_t count = 0;

	if (!names)
		return false;
	for (size_t i = 0; i < shape->count; i++)
		if (!columns->fields[i])
			names[count++] = shape->names[i];
	enum tc__json_fault fault =
		tc__json_stack_columns(tc__decoder_stack(d), names, count, &columns->others);
	free(names);
	return fault == TC__JSON_FINE; /* the names differ, and fit: they are a tree's */
}

const struct tc__columns *tc__columns_of(
	struct tc__decoder *d, const struct tc__json_shape *shape, const struct tc_type *type)
{
	struct tc__columns *columns = &d->columns;

	if (columns->shape == shape && columns->type == type)
		return columns;
	tc__columns_clear(columns);
	columns->fields = malloc((shape->count + 1) * sizeof *columns->fields);
	if (!columns->fields)
		return NULL;
	for (size_t i = 0; i < shape->count; i++)
		columns->fields[i] = tc__type_field(
			type, tc__json_node_text(&shape->names[i]), shape->names[i].length);
	columns->shape = shape;
	if (type->flags & TC_OPEN && !find_others(d, columns))
		return NULL;
	columns->type = type;
	return columns;
}
