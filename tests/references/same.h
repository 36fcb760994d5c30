/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_REFERENCES_SAME_H
#define TC_TESTS_REFERENCES_SAME_H

/* Whether rows, and all that they lead to, say the same. What differs stops the test. */

#include <taskcluster/operation.h>

struct same_counts {
	size_t services, operations, exchanges, types;
};

void same_service(
	const struct tc_service *a, const struct tc_service *b, struct same_counts *counts);

#endif
