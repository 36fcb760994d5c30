/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_VERSIONS_H
#define TC_TESTS_VERSIONS_H

/* Every function of Buildbot's against a real master of some version, with something of all that it
 * can have: what a version has is what the reference says (since), what a struct holds is what the
 * server sent, actions act, a session that has ended begins anew, and a restart in the middle is
 * gone through. */

#include <stddef.h>
#include <taskcluster/operation.h>

enum outcome {
	OUTCOME_UNTRIED = 0,
	OUTCOME_WORKS,
	OUTCOME_LACKS, /* the version does not have it */
	OUTCOME_FAILS  /* it has it, and fails over it by its own fault */
};

struct version {
	char name[32];          /* "4.3.0" */
	enum outcome *outcomes; /* of each operation of the service, by its position */
	size_t wrong;           /* what is not as it should be; each was told */
};

/* `venv` as for master_start_of. False when there is no Buildbot. */
bool version_try(const char *venv, struct version *version);
void version_clear(struct version *version);

#endif
