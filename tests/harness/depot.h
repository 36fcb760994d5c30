/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_DEPOT_H
#define TC_TESTS_DEPOT_H

/*
 * A queue, an object service and the storage behind both, in one small server, with one artifact
 * that has every name: for storage that does what no real one can be made to do when a test likes.
 * Each question for the artifact gives another URL.
 */

#include "tests/harness/test.h"

#include "tests/harness/folder.h"
#include "tests/harness/responder.h"
#include <stdatomic.h>
#include <taskcluster/artifact_download.h>

#define DEPOT_TASK "fN1SbArXTPSVFNUvaOlinQ"
#define DEPOT_SEEN 64

/* What storage was asked, and what it said. */
struct depot_asked {
	char range[64], if_range[64], if_none_match[64], accept_encoding[64]; /* "" */
	char authorization[64];
	int status;
};

struct depot {
	/* What it has. A test may change it in `before`. */
	const char *bytes;
	size_t length;
	const char *etag;    /* with its quotes; NULL: none */
	const char *headers; /* further lines of each reply with bytes; NULL */
	const char *storage; /* "s3" */
	const char *sha256;  /* of objects; NULL: 64 zeros */
	const char *sha512;  /* instead of that; NULL */

	/* How it is. */
	bool no_ranges, no_length, deaf; /* `deaf`: to If-Range */
	bool has_304;
	bool wrong_part;      /* another range than was asked for */
	size_t cut;           /* replies with bytes end after so many, */
	int cuts;             /* the first so many of them */
	int refusals, status; /* the first so many questions are answered with this */
	int lives;            /* so many replies of one URL, then 403; 0: any number */
	int64_t late_ms;      /* the queue and the object service answer after so long */
	size_t drip;          /* bytes at once; 0: all */
	int64_t drip_ms;
	bool forked; /* it is a process of its own, and sees nothing that changes here */
	bool silent; /* after `cut` it says nothing more */
	void (*before)(struct depot *depot, size_t number); /* of storage's replies, from 0 */

	/* What it saw. */
	atomic_size_t located, asked, sent; /* sent: bytes of the artifact */
	struct depot_asked seen[DEPOT_SEEN];
	int used[DEPOT_SEEN]; /* replies for each URL */
	char text[1000], lines[1000];
	struct tc_responder *responder;
};

void depot_open(struct depot *depot);
void depot_close(struct depot *depot);

/* A client of it, whose pauses are short. `attempts` 0: as many as usual. */
tc_client *depot_client(const struct depot *depot, int attempts);

/* A depot, somebody who downloads from it to "x" in a folder of his own, and how that went. */
struct visit {
	struct depot depot;
	char *bytes; /* the depot's */
	size_t length;
	tc_client *client;
	struct tc_folder folder;
	struct tc_download_options options;
	struct tc_downloaded done;
	tc_error err;
	bool on_loop; /* by that face */
	bool object;  /* it is one, with hashes */
};

/* The depot has so many bytes under a strong ETag. */
void visit_begin(struct visit *visit, size_t length);
void visit_end(struct visit *visit);
int visit_download(struct visit *visit);
int visit_download_to(struct visit *visit, const struct tc_target *target);

/* Stops the test unless it goes well, and "x" has the depot's bytes, and is alone there. */
void visit_succeeds(struct visit *visit);
void visit_check(struct visit *visit);

/* Stops the test unless it fails with this, and leaves so many names. */
void visit_fails(struct visit *visit, int code, const char *part, int names);

/* Bytes of which none repeat soon, the same for the same seed; for free(). */
char *make_bytes(size_t length, unsigned seed);
/* Their SHA-256 in hex, in a place that the next call uses again. */
const char *sha256_of(const char *bytes, size_t length);

#endif
