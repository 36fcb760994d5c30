/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_TEXT_H
#define TC_WORKFLOWS_TEXT_H

/* Texts of their own, for free(). */

#include <taskcluster/error.h>

/* As by printf; NULL when memory ended, with *err set. */
TC_PRINTF(2, 3) char *tc__text(tc_error *err, const char *format, ...);

/* A copy in *to; NULL stays NULL. */
int tc__text_copy(char **to, const char *text, tc_error *err);

/* The same for many; those that are there go to tc__texts_free, also when it fails. */
struct tc__text_copy {
	char **to;
	const char *from;
};
int tc__texts_copy(const struct tc__text_copy *copies, size_t count, tc_error *err);
void tc__texts_free(char *const *texts, size_t count);

/* Frees what was a secret. NULL is fine. */
void tc__wipe_free(char *text, size_t length);

int tc__no_memory(tc_error *err);

#endif
