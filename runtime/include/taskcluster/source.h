/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_SOURCE_H
#define TASKCLUSTER_SOURCE_H

/*
 * Where the bytes of a transfer's body come from: memory, a descriptor, or a function. Their number
 * is told beforehand, as storage demands it, and is kept to: a source that has fewer or more ends
 * the transfer with TC_ERROR_INPUT before its last byte is sent, so that no server takes what came
 * for the whole.
 */

#include <taskcluster/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `read` set: the function; else `bytes` set: memory; else the descriptor. */
struct tc_source {
	size_t size;       /* set by TC_SOURCE_INIT */
	int64_t length;    /* bytes, all of them */
	const void *bytes; /* borrowed until the call is freed and its last run has ended */
	/* Borrowed for as long. With an offset (from 0) it is read there, as often as it has to be,
	 * and does not move; the file must end with the last byte. With -1 it is a pipe or a
	 * socket: read from where it stands, once, so that the call is sent once, and not repeated
	 * after its first byte. A read blocks for as long as the descriptor does. */
	int fd;
	int64_t offset;
	/*
	 * Called on the thread of the call (or loop), and uses neither the client nor the loop:
	 * puts 1 to `size` bytes into `bytes` and their number into *length; 0 is the end, which is
	 * asked for, too. Anything but TC_OK ends the call with that code; tc_error_set on `err`
	 * tells what it is about.
	 */
	int (*read)(void *data, void *bytes, size_t size, size_t *length, tc_error *err);
	/* Back to the first byte, when an attempt broke off or the call is sent again. NULL: it
	 * cannot, so that the call is sent once. Fails as `read` does. */
	int (*rewind)(void *data, tc_error *err);
	void *data;
};
#define TC_SOURCE_INIT TC_SIZED_INIT(struct tc_source)

/* Fills a source that began with TC_SOURCE_INIT: bytes in memory, which stay the caller's. */
TC_API void tc_source_memory(struct tc_source *source, const void *bytes, size_t length);

/* Fills a source that began with TC_SOURCE_INIT: a file, from where its descriptor stands to its
 * end. TC_ERROR_ARGUMENT for what is no file, as nobody knows how much comes of it: there `length`
 * has to be set by hand, and `offset` to -1. */
TC_API int tc_source_fd(struct tc_source *source, int fd, tc_error *err);

#ifdef __cplusplus
}
#endif

#endif
