/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/logs/printer.h"
#include "tools/taskcluster/shared/color.h"
#include "tools/taskcluster/shared/report.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define PIECE 4096

/* What is told on standard error comes in between. */
static struct printer *current;

/* Colours end, and the line. */
static void end_line(struct printer *printer)
{
	char end[COLORED_MORE];

	if (printer->terminal)
		output_write(&printer->output, end, colored_end(&printer->colored, end));
}

static void make_way(void)
{
	end_line(current);
}

int printer_open(struct printer *printer)
{
	*printer = (struct printer){ 0 };
	printer_begin(printer);
	int status = output_open(&printer->output, NULL);
	printer->terminal = isatty(printer->output.fd);
	printer->colored.plain = !color_wanted(stdout);
	current = printer;
	if (isatty(STDERR_FILENO))
		report_behind(make_way);
	return status;
}

void printer_begin(struct printer *printer)
{
	printer->place = (struct place){ 0 };
	printer_seek(printer, 0);
}

void printer_seek(struct printer *printer, int64_t position)
{
	place_seek(&printer->place, position);
}

static int show_filtered(struct printer *printer, const char *bytes, size_t length)
{
	char shown[PIECE + COLORED_MORE];
	int status = 0;

	while (status == 0 && length > 0) {
		size_t piece = length < PIECE ? length : PIECE;
		status = output_write(&printer->output, shown,
			colored_filter(&printer->colored, bytes, piece, shown));
		bytes += piece;
		length -= piece;
	}
	return status;
}

int printer_take(struct printer *printer, const void *bytes, size_t length)
{
	size_t known = place_known(&printer->place, bytes, length);
	const char *rest = (const char *)bytes + known;

	length -= known;
	int status = printer->terminal ? show_filtered(printer, rest, length)
				       : output_write(&printer->output, rest, length);
	if (status == 0)
		place_add(&printer->place, rest, length);
	return status;
}

bool printer_is_unread(const struct printer *printer)
{
	struct pollfd out = { .fd = printer->output.fd };

	return poll(&out, 1, 0) > 0 && out.revents & POLLERR;
}

void printer_close(struct printer *printer)
{
	report_behind(NULL);
	end_line(printer);
	output_close(&printer->output);
}
