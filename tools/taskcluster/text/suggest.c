/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/text/suggest.h"

#include <string.h>

struct suggestion suggest_for(const char *typed)
{
	return (struct suggestion){ .typed = typed, .slips = (size_t)-1 };
}

/* Lower-case ASCII without dashes and underscores; its length, or SUGGEST_MAX when too long. */
static size_t plain(const char *name, char out[SUGGEST_MAX])
{
	size_t length = 0;

	for (; *name; name++) {
		if (*name == '-' || *name == '_')
			continue;
		if (length + 1 >= SUGGEST_MAX)
			return SUGGEST_MAX;
		out[length++] = (char)(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name);
	}
	out[length] = '\0';
	return length;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, in three rows: the one before the last tells of swaps. */
static size_t count_slips(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][SUGGEST_MAX + 1] = { { 0 } };

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(least(row[j - 1], above[j]) + 1,
				above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], second[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

void suggest_consider(struct suggestion *suggestion, const char *name)
{
	char typed[SUGGEST_MAX], known[SUGGEST_MAX];
	size_t typed_length = plain(suggestion->typed, typed);
	size_t known_length = plain(name, known);

	if (typed_length == SUGGEST_MAX || known_length == SUGGEST_MAX || typed_length == 0)
		return;
	size_t slips = count_slips(typed, typed_length, known, known_length);
	/* the beginning of a name is as good as one slip */
	if (typed_length >= 3 && strncmp(typed, known, typed_length) == 0)
		slips = least(slips, 1);
	if (slips > (typed_length < 6 ? 1 : typed_length / 3) || slips >= suggestion->slips)
		return;
	suggestion->name = name;
	suggestion->slips = slips;
}
