/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_STORE_H
#define TC_TESTS_STORE_H

/*
 * A queue, an object service and their storage on loopback, in a process of its own, for measures:
 * it keeps nothing, checks nothing, and spends as little as it can. Every artifact and object has
 * the same bytes, those of one file, with a strong ETag and ranges; what is uploaded is read and
 * dropped. Artifacts whose names begin with "public/object/" lie in the object service, others in
 * s3. Each connection has a thread of its own, and waits for nothing but its client.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TC_STORE_TASK "fN1SbArXTPSVFNUvaOlinQ"

struct tc_store_options {
	int fd;                      /* the bytes; the server has a copy */
	int64_t size;                /* so many of them */
	const char *sha256, *sha512; /* in hex; borrowed, as are the others */
	int64_t rate;        /* bytes a second of each reply that has such bytes; 0: as they go */
	const int64_t *cuts; /* places where, one after the other, a connection breaks */
	size_t cut_count;
	size_t listed; /* artifacts of the task, "public/00000" and so on */
};

struct tc_store;

/* Stops the program when it cannot. */
struct tc_store *tc_store_fork(const struct tc_store_options *options);

const char *tc_store_url(const struct tc_store *store); /* the root URL */

/* How many breaks there were, bytes of files that were handed to the network, and that came. */
size_t tc_store_cuts(const struct tc_store *store);
int64_t tc_store_sent(const struct tc_store *store);
int64_t tc_store_taken(const struct tc_store *store);

/* Ends it. NULL is fine. */
void tc_store_stop(struct tc_store *store);

#endif
