/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_READER_H
#define WORKER_MOUNTS_READER_H

/* An archive of a given format that is being read, and what was taken from it so far. */

#include "tools/worker/mounts/archive/unpack.h"
#include <archive_entry.h>

struct reader {
	struct archive *archive;
	const struct format *format;
	struct unpack_limits left; /* -1: no limit */
	bool looked;               /* whether it is compressed as its format says was looked at */
};

int reader_open(struct reader *reader, int source, const struct format *format,
	const struct unpack_limits *limits, tc_error *err);
void reader_close(struct reader *reader);

/* The next entry, NULL at the end. */
int reader_next(struct reader *reader, struct archive_entry **entry, tc_error *err);

/* The bytes of the entry, holes and all, into a file. */
int reader_write(struct reader *reader, int fd, tc_error *err);

#endif
