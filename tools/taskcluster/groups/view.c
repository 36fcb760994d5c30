/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/groups/view.h"
#include "tools/taskcluster/jobs/line.h"
#include "tools/taskcluster/jobs/picture.h"
#include "tools/taskcluster/shared/color.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"

#include <stdio.h>
#include <string.h>

#define BAR_COLUMNS 50
#define CLOCK_COLUMNS 8

/* ---- as text ---- */

/* The state's name in the colour that `terminal` shows. */
static void print_state(FILE *out, FILE *terminal, enum tally_state state)
{
	const char *name = tally_state_name(state);

	fprintf(out, "%s%s%s", color_begin(terminal, color_of_state(name)), name,
		color_begin(terminal, COLOR_NONE));
}

void view_lines(const struct tally *tally)
{
	for (int state = 0; state < TALLY_STATES; state++) {
		if (tally->counts[state] == 0)
			continue;
		print_state(stdout, stdout, (enum tally_state)state);
		printf(": %lld\n", (long long)tally->counts[state]);
	}
}

void view_line(const struct tally *tally)
{
	const char *between = "";

	for (int state = 0; state < TALLY_STATES; state++) {
		if (tally->counts[state] == 0)
			continue;
		printf("%s%s: %lld", between, tally_state_name((enum tally_state)state),
			(long long)tally->counts[state]);
		between = ", ";
	}
	putchar('\n');
	fflush(stdout);
}

int view_json(const struct tally *tally, const char *group_id)
{
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	member_text(json, "taskGroupId", group_id);
	member_number(json, "tasks", tally_total(tally));
	for (int state = 0; state < TALLY_STATES; state++)
		if (state != TALLY_OTHER || tally->counts[state] > 0)
			member_number(json, tally_state_name((enum tally_state)state),
				tally->counts[state]);
	member_flag(json, "resolved", tally_left(tally) == 0);
	return output_object(json);
}

/* ---- as a picture ---- */

struct view {
	const struct tally *tally;
	const char *group_id;
	int64_t now_ms;
};

/* By what the last reading said, and less as time goes on; -1: nobody knows. */
static int64_t left_ms(const struct view *view)
{
	int64_t then = tally_left_ms(view->tally), passed = view->now_ms - view->tally->now_ms;

	if (then < 0)
		return -1;
	return passed < then ? then - passed : 0;
}

/* "fN1S…: 12 of 34 tasks resolved, about 5:43 left" */
static void print_title(FILE *out, const struct view *view, int columns)
{
	char text[256], clock[LINE_CLOCK_SIZE];
	int64_t total = tally_total(view->tally), left = tally_left(view->tally);
	int64_t time_ms = left_ms(view);
	int length = snprintf(text, sizeof text, "%.64s: %lld of %lld tasks resolved",
		view->group_id, (long long)(total - left), (long long)total);

	if (left > 0 && time_ms >= 0)
		snprintf(text + length, sizeof text - (size_t)length, ", about %s left",
			line_clock((time_ms + 999) / 1000, clock));
	line_print_name(out, text, columns);
	picture_end_line(out);
}

/* The bar's columns for so many tasks: none of them is without a sign of it. */
static int columns_of(const struct view *view, int64_t count, int columns)
{
	int64_t total = tally_total(view->tally);
	int part = total > 0 ? (int)(count * columns / total) : 0;

	return count > 0 && part == 0 ? 1 : part;
}

/* Up to as many of the sign as there is room for; what room is left. */
static int print_part(FILE *out, enum color color, char sign, int wanted, int room)
{
	if (wanted > room)
		wanted = room;
	if (wanted == 0)
		return room;
	fputs(color_begin(stderr, color), out);
	for (int i = 0; i < wanted; i++)
		fputc(sign, out);
	fputs(color_begin(stderr, COLOR_NONE), out);
	return room - wanted;
}

/* "[!!####==      ]": what went wrong, what is completed, what runs. */
static void print_bar(FILE *out, const struct view *view, int columns)
{
	const int64_t *counts = view->tally->counts;
	int room = columns - 2 < BAR_COLUMNS ? columns - 2 : BAR_COLUMNS;
	int all = room;

	if (room < 1)
		return;
	fputc('[', out);
	room = print_part(
		out, COLOR_BAD, '!', columns_of(view, tally_wrong(view->tally), all), room);
	room = print_part(
		out, COLOR_GOOD, '#', columns_of(view, counts[TALLY_COMPLETED], all), room);
	room = print_part(out, COLOR_BUSY, '=', columns_of(view, counts[TALLY_RUNNING], all), room);
	fprintf(out, "%*s]", room, "");
	picture_end_line(out);
}

/* "running: 3  completed: 5", as many of them as fit. */
static void print_counts(FILE *out, const struct view *view, int columns)
{
	char text[64];

	for (int state = 0; state < TALLY_STATES; state++) {
		if (view->tally->counts[state] == 0)
			continue;
		snprintf(text, sizeof text, ": %lld  ", (long long)view->tally->counts[state]);
		columns -= (int)(strlen(text) + strlen(tally_state_name((enum tally_state)state)));
		if (columns < 0)
			break;
		print_state(out, stderr, (enum tally_state)state);
		fputs(text, out);
	}
	picture_end_line(out);
}

/* What runs longest, as far as there is room; how many lines. */
static int print_slow(FILE *out, const struct view *view, int rows, int columns)
{
	char clock[LINE_CLOCK_SIZE];
	int printed = 0;

	for (size_t i = 0; i < view->tally->slow_count && printed < rows; i++) {
		const struct tally_slow *slow = &view->tally->slow[i];
		int64_t took_ms = view->now_ms - slow->started_ms;
		fprintf(out, "%*s  ", CLOCK_COLUMNS, line_clock(took_ms / 1000, clock));
		line_print_name(out, slow->name, columns - CLOCK_COLUMNS - 2);
		picture_end_line(out);
		printed++;
	}
	return printed;
}

static int print_view(void *data, FILE *out, int rows, int columns)
{
	const struct view *view = data;

	if (rows < 1 || columns < CLOCK_COLUMNS + 4)
		return 0;
	print_title(out, view, columns);
	if (rows < 3)
		return 1;
	print_bar(out, view, columns);
	print_counts(out, view, columns);
	return 3 + print_slow(out, view, rows - 3, columns);
}

void view_draw(const struct tally *tally, const char *group_id, int64_t now_ms)
{
	struct view view = { tally, group_id, now_ms };

	picture_draw(print_view, &view);
}
