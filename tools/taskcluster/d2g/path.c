/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/d2g/path.h"

#include <string.h>

size_t path_extension(const char *path, size_t length)
{
	size_t i = length;

	while (i > 0 && path[i - 1] != '/' && path[i - 1] != '.')
		i--;
	return i > 0 && path[i - 1] == '.' ? i - 1 : length;
}

/* Takes the last name of what was appended from `least` on. */
static void drop_name(struct tc__buffer *text, size_t least)
{
	size_t length = text->length;

	while (length > least && text->data[length - 1] != '/')
		length--;
	tc__buffer_truncate(text, length > least ? length - 1 : least);
}

static bool is(const char *name, size_t length, const char *other)
{
	return length == strlen(other) && memcmp(name, other, length) == 0;
}

static void add_clean(struct tc__buffer *text, const char *path, size_t length)
{
	bool rooted = length > 0 && *path == '/';
	size_t begin = text->length + rooted; /* of the first name */
	size_t least = begin;                 /* what a `..` cannot take away */

	if (rooted)
		tc__buffer_char(text, '/');
	for (size_t at = 0, end; at < length && !tc__buffer_failed(text); at = end + 1) {
		for (end = at; end < length && path[end] != '/';)
			end++;
		bool up = is(path + at, end - at, "..");
		if (end == at || is(path + at, end - at, ".") ||
			(up && rooted && text->length == least))
			continue;
		if (up && text->length > least) {
			drop_name(text, least);
			continue;
		}
		if (text->length > begin)
			tc__buffer_char(text, '/');
		tc__buffer_add(text, path + at, end - at);
		if (up)
			least = text->length;
	}
}

/* Where the last name begins that ends at `end`. */
static size_t name_before(const char *path, size_t end)
{
	while (end > 0 && path[end - 1] != '/')
		end--;
	return end;
}

void path_add_backing(struct tc__buffer *text, const char *log, size_t length)
{
	struct tc__buffer path = TC__BUFFER(text->max);
	size_t extension = path_extension(log, length);
	size_t end = length;

	/* slashes behind the name make a folder of it, and no extension follows */
	while (end > 0 && log[end - 1] == '/')
		end--;
	size_t begin = name_before(log, end);
	tc__buffer_add(&path, log, name_before(log, length));
	tc__buffer_add(&path, log + begin, path_extension(log + begin, end - begin));
	tc__buffer_text(&path, "_backing");
	tc__buffer_add(&path, log + extension, length - extension);
	add_clean(text, tc__buffer_get(&path), path.length);
	if (tc__buffer_failed(&path))
		text->no_memory = true;
	tc__buffer_clear(&path);
}
