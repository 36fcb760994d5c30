/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CODEGEN_TRUST_H
#define TC_CODEGEN_TRUST_H

/* What references read at run time are not asked: what may be repeated, how long a reply may take,
 * what is a success, what servers fail over, and what is wiped. */

#include "codegen/src/rows/rows.h"

/* Gives the rows what the library's own rows of the same functions and exchanges have; what it does
 * not know gets what can do no harm. */
void trust_own_rules(struct rows *rows);

#endif
