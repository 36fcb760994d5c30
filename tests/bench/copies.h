/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_COPIES_H
#define TC_TESTS_COPIES_H

/* References as large as a measure needs them, as bundles in a buffer. What cannot be made aborts.
 */

#include "runtime/src/base/buffer.h"

/* The release's, each service so many times: "queue", "queue-n1" … with schemas and conventions of
 * its own. */
void copies_of_services(struct tc__buffer *bundle, size_t copies);

/* One service with so many functions, and as many exchanges, that share as little as real ones do:
 * keys and words with descriptions of their own, bodies whose schemas lead into one document. */
void copies_of_functions(struct tc__buffer *bundle, size_t functions);

#endif
