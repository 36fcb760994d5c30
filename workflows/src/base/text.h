/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_TEXT_H
#define TC_WORKFLOWS_TEXT_H

/* Texts of their own, for free(). */

#include <taskcluster/error.h>

/* As by printf; NULL when memory ended, with *err set. */
TC_PRINTF(2, 3) char *tc__text(tc_error *err, const char *format, ...);

/* A copy in *to; NULL stays NULL. */
int tc__text_copy(char **to, const char *text, tc_error *err);

int tc__no_memory(tc_error *err);

#endif
