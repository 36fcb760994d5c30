/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/line.h"
#include "tools/taskcluster/text/plain.h"

#include <string.h>

#define MARK_MS 3000
#define BAR_COLUMNS 20
#define NAME_COLUMNS_MIN 12
#define FIGURES_SIZE 128
#define BYTES_SIZE 16

void line_update(struct line *line, const struct tc_job_progress *progress, int64_t now)
{
	/* another step, or the same from its start again */
	if (line->step != progress->step || progress->done < line->done) {
		line->since_ms = line->mark_ms = now;
		line->since_done = line->mark_done = progress->done;
	}
	line->step = progress->step;
	line->done = progress->done;
	line->total = progress->total;
	line->updated_ms = now;
	if (now - line->mark_ms < MARK_MS)
		return;
	line->since_ms = line->mark_ms;
	line->since_done = line->mark_done;
	line->mark_ms = now;
	line->mark_done = line->done;
}

/* "12.3 MiB"; returns `text`. */
static const char *write_bytes(int64_t bytes, char text[BYTES_SIZE])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB" };
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, BYTES_SIZE, "%d B", (int)bytes);
		return text;
	}
	while (value >= 999.95 && unit + 1 < sizeof units / sizeof *units) {
		value /= 1024;
		unit++;
	}
	snprintf(text, BYTES_SIZE, "%.1f %s", value, units[unit]);
	return text;
}

const char *line_clock(int64_t seconds, char text[LINE_CLOCK_SIZE])
{
	int clock = (int)seconds;

	if (seconds < 0 || seconds >= LINE_CLOCK_HOURS * 3600)
		snprintf(text, LINE_CLOCK_SIZE, "-:--");
	else if (clock >= 3600)
		snprintf(text, LINE_CLOCK_SIZE, "%d:%02d:%02d", clock / 3600, clock / 60 % 60,
			clock % 60);
	else
		snprintf(text, LINE_CLOCK_SIZE, "%d:%02d", clock / 60, clock % 60);
	return text;
}

static bool has_bytes(const struct line *line)
{
	return line->step == TC_JOB_READING || line->step == TC_JOB_SENDING ||
		line->step == TC_JOB_RECEIVING;
}

/* "[#####     ]  25%" */
static void print_bar(FILE *out, const struct line *line, bool bar)
{
	double part = line->total > 0 ? (double)line->done / (double)line->total : 1;

	if (part > 1)
		part = 1;
	if (bar) {
		fputs(" [", out);
		for (int i = 0; i < BAR_COLUMNS; i++)
			fputc(i < (int)(part * BAR_COLUMNS) ? '#' : ' ', out);
		fputc(']', out);
	}
	fprintf(out, " %3d%%", (int)(part * 100));
}

/* "1.2 MiB/s   0:12", of which the second part needs a total */
static void print_rate(FILE *out, const struct line *line, int64_t now)
{
	char text[BYTES_SIZE], clock[LINE_CLOCK_SIZE];
	int64_t took = now - line->since_ms;
	int64_t rate = took > 0
		? (int64_t)((double)(line->done - line->since_done) * 1000 / (double)took)
		: 0;

	fprintf(out, " %9s/s", write_bytes(rate, text));
	if (line->total < 0)
		return;
	int64_t left = rate > 0 ? (line->total - line->done) / rate : -1;
	fprintf(out, " %8s", line_clock(left, clock));
}

/* All but the name, in ASCII. */
static void print_figures(FILE *out, const struct line *line, int columns, int64_t now)
{
	static const char *const steps[] = {
		[TC_JOB_ASKING] = "asking",
		[TC_JOB_READING] = "reading",
		[TC_JOB_PAUSING] = "waiting to try again",
	};
	char text[BYTES_SIZE];

	if ((size_t)line->step < sizeof steps / sizeof *steps && steps[line->step])
		fprintf(out, " %s", steps[line->step]);
	if (!has_bytes(line))
		return;
	if (line->total >= 0)
		print_bar(out, line, columns >= 72);
	if (columns >= 30)
		fprintf(out, " %10s", write_bytes(line->done, text));
	if (columns >= 50)
		print_rate(out, line, now);
}

/* The bytes of a name's next character, and the columns that it may take, which is rather too
 * many: a line that the terminal breaks is drawn in the wrong place ever after. */
static size_t next_character(const char *text, int *columns, bool *plain)
{
	size_t length = plain_character(text);

	*plain = length > 0 && !plain_steers(text, length);
	*columns = length > 2 && *plain ? 2 : 1;
	return length ? length : 1;
}

static int width_of(const char *name)
{
	int columns, width = 0;
	bool plain;

	while (*name && width < 100000) {
		name += next_character(name, &columns, &plain);
		width += columns;
	}
	return width;
}

void line_print_name(FILE *out, const char *name, int room)
{
	int columns, width = width_of(name);
	bool plain;

	if (width > room) {
		fputs("...", out);
		for (room -= 3; width > room && *name; width -= columns)
			name += next_character(name, &columns, &plain);
	}
	while (*name) {
		size_t length = next_character(name, &columns, &plain);
		if (plain)
			fwrite(name, 1, length, out);
		else
			fputc('?', out);
		name += length;
	}
	fprintf(out, "%*s", room > width ? room - width : 0, "");
}

void line_print(FILE *out, const struct line *line, int columns, int64_t now)
{
	char figures[FIGURES_SIZE] = "";
	FILE *memory = fmemopen(figures, sizeof figures, "w");

	if (memory) {
		print_figures(memory, line, columns, now);
		fclose(memory);
	}
	int room = columns - (int)strlen(figures);
	if (room >= NAME_COLUMNS_MIN)
		line_print_name(out, line->name, room);
	fprintf(out, "%.*s", columns > 0 ? columns : 0, figures);
}
