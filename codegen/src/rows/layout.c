/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/rows/layout.h"

#include <taskcluster/json.h>

/* A list that is no member. */
struct list {
	const void *items;
	size_t items_count;
};

static size_t round_up(size_t size, size_t alignment)
{
	return (size + alignment - 1) / alignment * alignment;
}

size_t layout_add(struct layout *holder, struct layout member)
{
	size_t offset = round_up(holder->size, member.alignment);

	holder->size = offset + member.size;
	if (member.alignment > holder->alignment)
		holder->alignment = member.alignment;
	return offset;
}

struct layout layout_end(struct layout holder)
{
	return (struct layout){ round_up(holder.size, holder.alignment), holder.alignment };
}

struct layout layout_held(const struct shape *shape, bool direct, struct layout own)
{
	switch (shape->kind) {
	case SHAPE_INT64:
		return direct ? LAYOUT_OF(int64_t) : LAYOUT_OF(struct tc_opt_int64);
	case SHAPE_DOUBLE:
		return direct ? LAYOUT_OF(double) : LAYOUT_OF(struct tc_opt_double);
	case SHAPE_BOOL:
		return direct ? LAYOUT_OF(bool) : LAYOUT_OF(struct tc_opt_bool);
	case SHAPE_OBJECT:
	case SHAPE_UNION:
		return direct ? own : LAYOUT_OF(const void *);
	case SHAPE_ARRAY:
	case SHAPE_MAP:
		return LAYOUT_OF(struct list);
	default:
		return LAYOUT_OF(const void *);
	}
}
