/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/jobs/picture.h"
#include "tools/taskcluster/shared/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* As there is one terminal. */
static struct {
	bool shown;
	int drawn; /* lines on the terminal now */
} picture;

bool picture_begin(bool quiet)
{
	const char *terminal = getenv("TERM");

	picture.shown = !quiet && !report_is_json() && isatty(STDERR_FILENO) && terminal &&
		*terminal && strcmp(terminal, "dumb") != 0;
	if (picture.shown)
		report_behind(picture_hide);
	return picture.shown;
}

static void measure(int *rows, int *columns)
{
	struct winsize size;

	*rows = 24;
	*columns = 80;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0)
		return;
	if (size.ws_row > 0)
		*rows = size.ws_row;
	if (size.ws_col > 0)
		*columns = size.ws_col;
}

/* Up to the first line that is there. */
static void go_up(FILE *out)
{
	if (picture.drawn > 0)
		fprintf(out, "\r\033[%dA", picture.drawn);
}

void picture_end_line(FILE *out)
{
	fputs("\033[K\n", out);
}

/* As one piece, so that nothing flickers. */
void picture_draw(picture_fn *print, void *data)
{
	char *text = NULL;
	size_t length = 0;
	int rows, columns;
	FILE *out = picture.shown ? open_memstream(&text, &length) : NULL;

	if (!out)
		return;
	fflush(stdout); /* which may be the same terminal */
	measure(&rows, &columns);
	go_up(out);
	picture.drawn = print(data, out, rows - 1, columns - 1);
	fputs("\033[J", out);
	if (fclose(out) == 0)
		fwrite(text, 1, length, stderr);
	free(text);
}

void picture_hide(void)
{
	if (picture.drawn == 0)
		return;
	go_up(stderr);
	fputs("\033[J", stderr);
	picture.drawn = 0;
}

void picture_end(void)
{
	picture_hide();
	if (picture.shown)
		report_behind(NULL);
	picture.shown = false;
}
