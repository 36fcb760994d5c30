/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_VERIFY_H
#define TC_WORKFLOWS_VERIFY_H

/*
 * A verification on its way.
 *
 *	verify.c             which run, its certificate, and whether that holds
 *	verify_artifacts.c   the artifacts that it covers
 *	verify_fault.c       what both say of what does not
 */

#include "workflows/src/artifacts/download.h"
#include "workflows/src/artifacts/entries.h"
#include "workflows/src/trust/certificate.h"
#include <taskcluster/chain_of_trust.h>

#define TC__VERIFY_IN_FLIGHT 10

struct tc__verify;

/* One artifact under way. */
struct tc__verify_item {
	struct tc__verify *verify;
	struct tc__entry *entry; /* NULL: it has nothing to do */
	struct tc__download *download;
};

struct tc__verify {
	struct tc_job job; /* first; only while artifacts are read */
	struct tc_trust_verify_options options;
	struct tc__flow flow; /* its terms: nothing is sent by it */
	char *run_id;         /* chosen once */
	const tc_json *certificate;
	size_t faults;

	struct tc__entries wanted;
	size_t next;         /* that nobody has begun with */
	int fd;              /* of the folder; -1: there is none */
	struct tc_sink sink; /* then */
	struct tc_download_options how;
	struct tc__verify_item items[TC__VERIFY_IN_FLIGHT];
	int active;
	size_t count; /* that hold */
	struct tc__ending ending;
};

/* Tells of a fault: `artifact` NULL, of the certificate. */
void tc__verify_fault(struct tc__verify *verify, const char *artifact, const char *problem);

/* Whether an error tells of what is there, and not of why nobody can know. */
bool tc__verify_is_fault(const tc_error *err);

/* Reads the artifacts that are wanted. Not TC_OK: it could not be found out how they are. */
int tc__verify_artifacts(struct tc__verify *verify, tc_error *err);

#endif
