/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_LOGS_PLACE_H
#define TC_CLI_LOGS_PLACE_H

/*
 * Where a log goes on. A log is had from several places, one after the other (the live log, the
 * live log again when its connection broke, the backing log), and each begins where it likes. The
 * last bytes that were printed are kept, and looked for in what comes, so that none is printed
 * twice or left out, also where the count alone would mislead, as the live log's begin was cut.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACE_WINDOW 4096

/* Begin with zeros. */
struct place {
	int64_t passed; /* bytes of the log so far */
	char window[PLACE_WINDOW];
	size_t length; /* the last of them, so many */

	/* of a stream in which the window is looked for */
	bool found;
	int64_t skip;   /* bytes that are not looked at, as the window lies behind them */
	int64_t looked; /* bytes behind these */
	size_t matched; /* of the window, by the last of these */
	int64_t gap;    /* how many of these are before it, or before what can still be it: 0 as
			   long as it is where it should be; then they were never printed */
	uint16_t back[PLACE_WINDOW]; /* how much is matched when so much more is not */
};

/* Bytes of the log, that follow those before. */
void place_add(struct place *place, const char *bytes, size_t length);

/* Where the window begins: nothing before is needed to go on. */
int64_t place_begin(const struct place *place);

/* A stream comes, whose first byte is the log's at `position`, at most place_begin(). */
void place_seek(struct place *place, int64_t position);

/* How many of the stream's next bytes are known already; all of them, until `found`. */
size_t place_known(struct place *place, const char *bytes, size_t length);

#endif
