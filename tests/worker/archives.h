/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_WORKER_ARCHIVES_H
#define TC_TESTS_WORKER_ARCHIVES_H

/* Archives that a test writes itself, in memory: well-formed ones of all formats, and such as ask
 * for what no archive should get. Whatever fails stops the test. */

#include <sys/types.h>

enum entry_kind {
	ENTRY_END = 0,
	ENTRY_FILE,
	ENTRY_FOLDER,
	ENTRY_LINK, /* symbolic */
	ENTRY_HARD,
	ENTRY_FIFO,
	ENTRY_DEVICE,
	ENTRY_SOCKET /* no format has them, but cpio, so it is a device as well */
};

struct entry {
	enum entry_kind kind;
	const char *path;
	const char *text; /* of a file; where a link leads; NULL: "" */
	mode_t mode;      /* 0: 0644, or 0755 of a folder */
	int64_t hole;     /* so many zeros behind the text, as a hole */
};

/* A descriptor of an archive: "tar", "tar.gz", …, "7z", "zip", "rar" (files only, stored). */
int archive_make(const char *format, const struct entry *entries);

/* A text, compressed: "gz", "bz2", …; NULL: as it is. */
int archive_compress(const char *format, const void *bytes, size_t length);

/* The bytes of a descriptor, for free(). */
void *archive_bytes(int fd, size_t *length);

#endif
