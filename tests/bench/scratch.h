/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SCRATCH_H
#define TC_TESTS_SCRATCH_H

/* Files for measures: in memory where there is a file system in memory, else where TMPDIR says. */

#include <stddef.h>
#include <stdint.h>

struct scratch {
	char folder[256];             /* of its own, and all that is in it */
	char path[300];               /* "source" in it */
	int fd;                       /* of that, for reading */
	int64_t size;                 /* of that */
	char sha256[65], sha512[129]; /* by scratch_cut */
};

/* With a file of so many bytes, which no compression would make smaller. The program has one
 * folder, which goes when it exits, and with it all that is there. */
void scratch_open(struct scratch *scratch, int64_t size);

/* No more than its first bytes stay, whose hashes are told. */
void scratch_cut(struct scratch *scratch, int64_t size);

/* Its first bytes. */
void scratch_read(const struct scratch *scratch, char *bytes, size_t length);

/* Ends the program unless another file has the same bytes. */
void scratch_check(const struct scratch *scratch, const char *path);

#endif
