/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_MOUNTS_UNPACK_H
#define WORKER_MOUNTS_UNPACK_H

/*
 * Archives that strangers made become files below one folder, and nothing else does. libarchive
 * reads them; its writer is not used, as its safety goes by paths, which others may change. Here
 * everything is made from descriptors, through folders that are folders.
 *
 * Refused (TC_ERROR_INPUT, naming the entry): a path that is absolute or has "..", or leads
 * through something that is no folder; a symbolic link that leads out of the folder, or may (".."
 * behind a name); a hard link to anything but a file of the archive; devices, pipes, sockets; what
 * is encrypted, cut off, larger or more than the limits; names that are no text of UTF-8 where the
 * archive says that they are. Of two entries with the same name the later counts, as with tar, but
 * a folder is never replaced.
 *
 * Kept: permissions (0777 of them), times of files and folders, holes. Not kept: owners, setuid and
 * the like, access lists, extended attributes.
 *
 * For a process of its own, which has set a locale of UTF-8. Blocks until it is done.
 */

#include "tools/worker/mounts/archive/format.h"
#include <stdint.h>
#include <taskcluster/error.h>

struct unpack_limits {
	int64_t bytes, entries; /* 0: no limit */
};

/* An archive, read from a descriptor's beginning, into a folder that is empty. After a failure it
 * holds what was made until then. */
int unpack_archive(int source, const struct format *format, const struct unpack_limits *limits,
	int folder, tc_error *err);

/* A file of one compressed content, to a descriptor. `format` NULL: as it is. */
int unpack_file(int source, const struct format *format, const struct unpack_limits *limits, int to,
	tc_error *err);

#endif
