/* SPDX-License-Identifier: MPL-2.0 */
/* What all steps of building need. */
#include "codegen/src/shape/builder.h"

#include "runtime/src/base/buffer.h"
#include <stdio.h>
#include <string.h>

void *shape_alloc(struct builder *b, size_t size)
{
	void *memory = tc__arena_alloc(&b->model->arena, size);

	b->no_memory |= !memory;
	return memory ? memset(memory, 0, size) : NULL;
}

const char *shape_text(struct builder *b, const char *format, ...)
{
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 2);
	char line[4096];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (length < 0)
		length = 0;
	tc__buffer_add(
		&text, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
	const char *copy = tc__buffer_failed(&text)
		? NULL
		: tc__arena_text(&b->model->arena, tc__buffer_get(&text), text.length);
	tc__buffer_clear(&text);
	b->no_memory |= !copy;
	return copy ? copy : "";
}

struct shape *shape_new(struct builder *b, enum shape_kind kind, const char *name)
{
	struct shape *shape = shape_alloc(b, sizeof *shape);

	if (!shape) {
		shape = &b->fallback;
		*shape = (struct shape){ 0 };
	}
	shape->kind = kind;
	shape->c_name = name;
	return shape;
}

void shape_note(struct builder *b, struct shape *shape, const char *format, ...)
{
	char line[512];
	va_list arguments;

	if (b->model->for_rows)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (shape->notes && strstr(shape->notes, line))
		return;
	shape->notes = shape->notes ? shape_text(b, "%s %s", shape->notes, line)
				    : shape_text(b, "%s", line);
}
