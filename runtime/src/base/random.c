/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/base/random.h"

#include <sodium.h>

void tc__random_bytes(void *bytes, size_t length)
{
	/* Makes the generator ready for several threads. Its failure needs no answer: the
	 * generator then ends the process rather than give predictable bytes. */
	(void)!sodium_init();
	randombytes_buf(bytes, length);
}
