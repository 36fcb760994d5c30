/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/differences/print.h"
#include "tools/taskcluster/differences/place.h"
#include "tools/taskcluster/shared/color.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_json(struct printer *printer, const struct change *change)
{
	static const char *const words[] = { "none", "callers", "readers" };
	tc_json_builder *json = tc_json_builder_new();

	tc_json_add_object(json);
	member_text(json, "service", change->service);
	member_text(json, "kind", change->kind);
	member_text(json, "function", change->function);
	member_text(json, "exchange", change->exchange);
	if (change->place) { /* "" is a place, too: the whole */
		tc_json_add_name(json, "place");
		tc_json_add_string(json, change->place);
	}
	member_text(json, "change", change->words);
	member_text(json, "breaks", words[change->breaks]);
	tc_json_end(json);
	printer->status = output_built(json);
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void print_heading(struct printer *printer, const struct change *change)
{
	const char *subject = change->function ? change->function : change->exchange;

	if (!is_same(printer->service, change->service)) {
		if (printer->service)
			putchar('\n');
		plain_print_line(stdout, change->service, strlen(change->service));
		putchar('\n');
		printer->service = change->service;
		printer->subject = NULL;
	}
	if (subject && !is_same(printer->subject, subject)) {
		fputs("  ", stdout);
		plain_print_line(stdout, subject, strlen(subject));
		putchar('\n');
	}
	printer->subject = subject;
}

/* "input tasks[].state: is gone"; false: memory ended. */
static bool print_words(const struct change *change)
{
	char *line = NULL;
	size_t length;
	FILE *out = open_memstream(&line, &length);

	if (!out)
		return false;
	fputs(change->kind, out);
	if (change->place)
		place_print(out, change->place);
	fprintf(out, ": %s", change->words);
	bool whole = fclose(out) == 0;
	if (whole)
		plain_print_line(stdout, line, length);
	free(line);
	return whole;
}

static void print_text(struct printer *printer, const struct change *change)
{
	static const struct {
		const char *words;
		enum color color;
	} marks[] = { { "compatible", COLOR_GOOD }, { "breaks callers", COLOR_BAD },
		{ "breaks readers", COLOR_BUSY } };
	int indent = change->function || change->exchange ? 4 : 2;

	print_heading(printer, change);
	printf("%*s%s%-14s%s  ", indent, "", color_begin(stdout, marks[change->breaks].color),
		marks[change->breaks].words, color_begin(stdout, COLOR_NONE));
	if (!print_words(change))
		printer->status = failure("memory ended");
	putchar('\n');
}

void print_change(void *data, const struct change *change)
{
	struct printer *printer = data;

	if (printer->status) /* it was told, and the rest would be wrong in the same way */
		return;
	printer->counts[change->breaks]++;
	if (printer->json)
		print_json(printer, change);
	else
		print_text(printer, change);
}

int print_sum(const struct printer *printer)
{
	size_t callers = printer->counts[BREAKS_CALLERS];
	size_t readers = printer->counts[BREAKS_READERS];
	size_t all = printer->counts[BREAKS_NONE] + callers + readers;

	if (printer->status)
		return printer->status;
	if (!printer->json && all == 0)
		puts("nothing changes");
	else if (!printer->json)
		printf("\n%zu change%s: %zu break%s callers, %zu break%s readers, %zu %s "
		       "compatible\n",
			all, all == 1 ? "" : "s", callers, callers == 1 ? "s" : "", readers,
			readers == 1 ? "s" : "", printer->counts[BREAKS_NONE],
			printer->counts[BREAKS_NONE] == 1 ? "is" : "are");
	return callers + readers ? STATUS_FAILED : 0;
}
