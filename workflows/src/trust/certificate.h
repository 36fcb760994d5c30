/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_CERTIFICATE_H
#define TC_WORKFLOWS_CERTIFICATE_H

/* What a certificate says, of whatever worker: generic-worker, scriptworker and their forerunners.
 */

#include "workflows/src/trust/digest.h"
#include <taskcluster/json.h>

/* Reads one, and checks its form, as tc_trust_check says: TC_ERROR_INPUT. For tc_release. */
int tc__trust_read(const char *text, size_t length, const tc_json **certificate, tc_error *err);

/* The digests that it has of an artifact, "" for those that it has not; false: it does not cover
 * it. Of one that was read. */
struct tc__digests_expected {
	char sha256[TC__SHA256_HEX + 1], sha512[TC__SHA512_HEX + 1];
};
bool tc__trust_covers(
	const tc_json *certificate, const char *name, struct tc__digests_expected *expected);

/* Whether it is the certificate of this definition, which the queue has: the first that is another
 * is told, TC_ERROR_INPUT. What may differ is in <taskcluster/chain_of_trust.h>. */
int tc__trust_defines(const tc_json *certificate, const tc_json *definition, tc_error *err);

#endif
