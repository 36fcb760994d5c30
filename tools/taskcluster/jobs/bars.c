/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/bars.h"
#include "tools/taskcluster/jobs/line.h"
#include "tools/taskcluster/jobs/picture.h"
#include "tools/taskcluster/shared/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REDRAW_MS 100
#define STILL_MS 1000 /* a file that nothing was told of for so long */

/* All of it, as there is one terminal. */
static struct {
	bool shown;
	struct line *lines; /* in the order in which they began */
	size_t count, room;
	int64_t files, files_total;
	int64_t drawn_ms; /* when it was drawn last */
} bars;

void bars_begin(bool quiet)
{
	bars.shown = picture_begin(quiet);
	bars.files = 0;
	bars.files_total = 1;
}

/* The file's line; NULL without memory, which is no reason to fail. */
static struct line *find(const char *name, int64_t now)
{
	for (size_t i = 0; i < bars.count; i++)
		if (strcmp(bars.lines[i].name, name) == 0)
			return &bars.lines[i];
	if (bars.count == bars.room) {
		size_t room = bars.room ? 2 * bars.room : 8;
		struct line *lines = realloc(bars.lines, room * sizeof *lines);
		if (!lines)
			return NULL;
		bars.lines = lines;
		bars.room = room;
	}
	char *copy = strdup(name);
	if (!copy)
		return NULL;
	bars.lines[bars.count] = (struct line){ .name = copy, .since_ms = now };
	return &bars.lines[bars.count++];
}

/* What has no line of its own: files that have ended, and those that the terminal is too low for.
 */
static int print_rest(FILE *out, size_t shown)
{
	size_t more = bars.count - shown;

	if (bars.files_total == 1 && more == 0)
		return 0;
	fprintf(out, "%lld", (long long)bars.files);
	if (bars.files_total >= 0)
		fprintf(out, " of %lld", (long long)bars.files_total);
	fputs(" done", out);
	if (more > 0)
		fprintf(out, ", %zu more under way", more);
	picture_end_line(out);
	return 1;
}

/* Those that move (or do not) as far as there is room; how many that were. */
static int print_lines(FILE *out, bool moving, int room, int columns, int64_t now)
{
	int printed = 0;

	for (size_t i = 0; i < bars.count && printed < room; i++) {
		const struct line *line = &bars.lines[i];
		if ((now - line->updated_ms < STILL_MS) != moving)
			continue;
		line_print(out, line, columns, now);
		picture_end_line(out);
		printed++;
	}
	return printed;
}

/* Files that wait for others before they are there (the disk, their turn) come last. */
static int print_all(void *data, FILE *out, int rows, int columns)
{
	int64_t now = *(const int64_t *)data;
	int drawn = print_lines(out, true, rows - 1, columns, now);

	drawn += print_lines(out, false, rows - 1 - drawn, columns, now);
	return drawn + print_rest(out, (size_t)drawn);
}

static void draw(int64_t now)
{
	picture_draw(print_all, &now);
	bars.drawn_ms = now;
}

int bars_progress(void *data, const struct tc_job_progress *progress)
{
	(void)data;
	if (!bars.shown)
		return 0;
	int64_t now = when_steady_ms();
	struct line *line = progress->name ? find(progress->name, now) : NULL;
	if (line)
		line_update(line, progress, now);
	bars.files = progress->files;
	bars.files_total = progress->files_total;
	if (now - bars.drawn_ms >= REDRAW_MS)
		draw(now);
	return 0;
}

void bars_drop(const char *name)
{
	for (size_t i = 0; i < bars.count; i++) {
		if (strcmp(bars.lines[i].name, name) != 0)
			continue;
		free(bars.lines[i].name);
		memmove(&bars.lines[i], &bars.lines[i + 1],
			(bars.count - i - 1) * sizeof *bars.lines);
		bars.count--;
		return;
	}
}

void bars_hide(void)
{
	picture_hide();
}

void bars_end(void)
{
	picture_end();
	for (size_t i = 0; i < bars.count; i++)
		free(bars.lines[i].name);
	free(bars.lines);
	bars.lines = NULL;
	bars.count = bars.room = 0;
	bars.shown = false;
}
