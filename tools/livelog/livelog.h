/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_LIVELOG_H
#define TC_LIVELOG_H

/*
 * A log that is read over HTTP while it is written: what the artifact public/logs/live.log of a
 * running task leads to. The log is a file that grows. `GET /log/<token>` gives it from byte 0 and
 * goes on until its end; wire and texts are those of the official livelog.
 *
 *	struct livelog *livelog = livelog_start(&options, &err);
 *	… write(fd, …); livelog_grew(livelog); …
 *	livelog_end(livelog, false);
 *	… as long as livelog_readers(livelog), or as one cares to wait …
 *	livelog_free(livelog);
 *
 * It has one thread of its own, which serves all readers from the file at their own pace: a reader
 * that is slow or takes nothing costs the writer nothing, and each holds at most some 100 KiB here.
 */

#include <stdbool.h>
#include <taskcluster/error.h>

struct livelog;

struct livelog_options {
	/* The log: a file that can be read, by name or, with `file` NULL, by a descriptor. Both are
	 * opened anew or duplicated: the caller's can be closed. The descriptor's position is
	 * neither used nor moved. */
	const char *file;
	int fd;

	const char *token; /* what readers have to know; letters, digits and - . _ ~; copied */

	const char *address; /* an IP address to listen on; NULL: 127.0.0.1; "*": all of the
				machine's */
	int port;            /* 0: any that is free */

	const char *certificate, *key; /* files (PEM), for TLS; or both NULL */

	int readers_max;   /* how many may read at one time, others get a 503; 0: 100 */
	int stuck_seconds; /* who takes nothing of what there is for so long is cut off; 0: 120 */
};

/*
 * Listens, and serves what the file has by now. NULL with *err set: TC_ERROR_ARGUMENT,
 * TC_ERROR_SYSTEM (a file, the address, TLS; the text says which) or TC_ERROR_NOMEM. No text has
 * the token.
 */
struct livelog *livelog_start(const struct livelog_options *options, tc_error *err);

/* Where it listens. */
int livelog_port(const struct livelog *livelog);

/*
 * The file has become longer. Readers see it at once, or 20 ms after the last time. From any
 * thread; it never waits, and costs a call into the kernel only when none was made in those 20 ms.
 */
void livelog_grew(struct livelog *livelog);

/*
 * The file does not become longer: readers get the rest and then a proper end, and later ones a
 * Content-Length. Or, when it is `broken`, there should have been more: they get the rest and then
 * are cut off, so that nobody takes it for the whole. From any thread; only the first call counts.
 */
void livelog_end(struct livelog *livelog, bool broken);

/* How many read now; 0 when all have got what there is. From any thread. */
int livelog_readers(const struct livelog *livelog);

/* Cuts off who still reads, and stops listening. NULL is fine. */
void livelog_free(struct livelog *livelog);

#endif
