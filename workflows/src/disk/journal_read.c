/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/disk/journal.h"

#include "workflows/src/disk/partial_state.h"
#include <string.h>

struct line {
	uint64_t hash, number, synced;
	char *text; /* NULL: it is none */
	size_t length;
};

/* Hexadecimal digits as they are written here, and the blank behind them. */
static const char *take_hash(const char *at, const char *end, uint64_t *hash)
{
	static const char known[] = "0123456789abcdef";

	if (end - at <= 16 || at[16] != ' ')
		return NULL;
	*hash = 0;
	for (int i = 0; i < 16; i++) {
		const char *digit = at[i] ? strchr(known, at[i]) : NULL;
		if (!digit)
			return NULL;
		*hash = *hash * 16 + (uint64_t)(digit - known);
	}
	return at + 16;
}

/* A blank, a number without zeros in front of it, a blank: where that begins. */
static const char *take_number(const char *at, const char *end, uint64_t *number)
{
	const char *begin = ++at;

	for (*number = 0; at < end && *at >= '0' && *at <= '9'; at++) {
		unsigned digit = (unsigned)(*at - '0');
		if (*number > (UINT64_MAX - digit) / 10)
			return NULL;
		*number = *number * 10 + digit;
	}
	if (at == begin || (*begin == '0' && at > begin + 1) || at == end || *at != ' ')
		return NULL;
	return at;
}

static struct line read_line(char *begin, char *end)
{
	struct line line = { 0 };
	const char *at = take_hash(begin, end, &line.hash), *hashed = at;

	if (at)
		at = take_number(at, end, &line.number);
	if (at)
		at = take_number(at, end, &line.synced);
	if (!at || memchr(at, '\0', (size_t)(end - at)) || line.synced >= line.number ||
		tc__partial_hash(hashed, (size_t)(end - hashed)) != line.hash)
		return line;
	line.text = begin + (at + 1 - begin);
	line.length = (size_t)(end - line.text);
	return line;
}

/* What power took before it was on disk is cut short, or zeros; another file's is neither. */
static bool was_never_whole(const char *magic, const char *bytes, size_t length)
{
	size_t zeros = 0;

	while (zeros < length && !bytes[zeros])
		zeros++;
	return zeros == length || (length <= strlen(magic) && memcmp(bytes, magic, length) == 0);
}

static int refuse_damage(const struct tc__journal *journal, off_t at, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_SYSTEM,
		"%s is damaged at byte %lld: it cannot be told what it was; once nothing of it is "
		"needed it can be removed",
		journal->place.path, (long long)at);
}

/* Where the first line is; 0: there is none. */
static int find_begin(const struct tc__journal *journal, const char *bytes, size_t length,
	size_t *begin, tc_error *err)
{
	size_t magic = strlen(journal->magic);

	*begin = 0;
	if (was_never_whole(journal->magic, bytes, length))
		return TC_OK;
	if (length <= magic || memcmp(bytes, journal->magic, magic) != 0 || bytes[magic] != '\n')
		return tc_error_set(err, TC_ERROR_SYSTEM,
			"%s is another file: expected one that begins with \"%s\"",
			journal->place.path, journal->magic);
	*begin = magic + 1;
	return TC_OK;
}

/* What was seen so far. */
struct progress {
	uint64_t promised; /* up to this number all were on disk, as one of them says */
	uint64_t lost;     /* the number of the first that is not there; 0: none is missing */
	off_t hole;        /* where that should be */
	bool broken;       /* since the last line there was something else */
};

/* A line that counts; before it some may be missing. */
static void note_line(
	struct tc__journal *journal, struct progress *seen, const struct line *found, off_t end)
{
	if (!seen->lost && (seen->broken || found->number != journal->number + 1)) {
		seen->lost = journal->number + 1;
		seen->hole = journal->size;
	}
	seen->broken = false;
	if (found->synced > seen->promised)
		seen->promised = found->synced;
	journal->number = found->number;
	journal->size = end;
}

int tc__journal_parse(struct tc__journal *journal, char *bytes, size_t length, tc__journal_fn *line,
	void *data, tc_error *err)
{
	struct progress seen = { 0 };
	size_t at = 0;
	int rc = find_begin(journal, bytes, length, &at, err);

	journal->size = (off_t)at;
	journal->number = journal->synced = 0;
	while (rc == TC_OK && at > 0 && at < length) {
		char *end = memchr(bytes + at, '\n', length - at);
		if (!end)
			break;
		struct line found = read_line(bytes + at, end);
		at = (size_t)(end - bytes) + 1;
		if (!found.text || found.number <= journal->number) {
			seen.broken = true;
			continue;
		}
		note_line(journal, &seen, &found, (off_t)at);
		*end = '\0';
		rc = line(data, found.text,
			&(struct tc__span){ (off_t)(found.text - bytes), found.length }, err);
	}
	if (rc == TC_OK && seen.lost && seen.lost <= seen.promised)
		rc = refuse_damage(journal, seen.hole, err);
	return rc;
}
