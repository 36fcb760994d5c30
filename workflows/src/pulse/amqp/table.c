/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/pulse/amqp/table.h"

#include <stdint.h>
#include <string.h>

#define DEPTH_MAX 16

/* What is read, and what is left of it. */
struct reader {
	const unsigned char *at;
	size_t left;
};

static bool skip(struct reader *reader, size_t size)
{
	if (reader->left < size)
		return false;
	reader->at += size;
	reader->left -= size;
	return true;
}

/* A length of 4 bytes, and as many behind it. */
static bool read_long(struct reader *reader, struct reader *inside)
{
	const unsigned char *b = reader->at;

	if (!skip(reader, 4))
		return false;
	size_t length = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
	*inside = (struct reader){ reader->at, length };
	return skip(reader, length);
}

/* Of a type of fixed size, by its letter; SIZE_MAX: it is none. */
static size_t fixed_size(unsigned char kind)
{
	static const char kinds[] = "tbBsuIifDlLdTV";
	static const unsigned char sizes[] = { 1, 1, 1, 2, 2, 4, 4, 4, 5, 8, 8, 8, 8, 0 };
	const char *found = kind ? strchr(kinds, kind) : NULL;

	return found ? sizes[found - kinds] : SIZE_MAX;
}

static bool value_fits(struct reader *reader, int depth);

static bool table_fits(struct reader *inside, int depth)
{
	if (depth > DEPTH_MAX)
		return false;
	while (inside->left) {
		size_t name = *inside->at;
		if (!skip(inside, 1 + name) || !value_fits(inside, depth))
			return false;
	}
	return true;
}

static bool array_fits(struct reader *inside, int depth)
{
	if (depth > DEPTH_MAX)
		return false;
	while (inside->left)
		if (!value_fits(inside, depth))
			return false;
	return true;
}

static bool value_fits(struct reader *reader, int depth)
{
	struct reader inside;
	unsigned char kind = reader->left ? *reader->at : 0;

	if (!skip(reader, 1))
		return false;
	size_t size = fixed_size(kind);
	if (size != SIZE_MAX)
		return skip(reader, size);
	if (!strchr("SxAF", kind) || !kind || !read_long(reader, &inside))
		return false;
	if (kind == 'F')
		return table_fits(&inside, depth + 1);
	return kind != 'A' || array_fits(&inside, depth + 1);
}

bool tc__table_fits(const char *bytes, size_t length)
{
	struct reader reader = { (const unsigned char *)bytes, length }, inside;

	return read_long(&reader, &inside) && table_fits(&inside, 0);
}

size_t tc__table_size(const char *bytes, size_t length)
{
	struct reader reader = { (const unsigned char *)bytes, length }, inside;

	return read_long(&reader, &inside) ? 4 + inside.left : 0;
}
