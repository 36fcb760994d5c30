/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/base/text.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tc__no_memory(tc_error *err)
{
	return tc_error_set(err, TC_ERROR_NOMEM, "memory ended");
}

char *tc__text(tc_error *err, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	int length = vsnprintf(NULL, 0, format, values);
	va_end(values);
	char *text = length >= 0 ? malloc((size_t)length + 1) : NULL;
	if (!text) {
		tc__no_memory(err);
		return NULL;
	}
	va_start(values, format);
	vsnprintf(text, (size_t)length + 1, format, values);
	va_end(values);
	return text;
}

int tc__text_copy(char **to, const char *text, tc_error *err)
{
	*to = NULL;
	if (!text)
		return TC_OK;
	*to = strdup(text);
	return *to ? TC_OK : tc__no_memory(err);
}

int tc__texts_copy(const struct tc__text_copy *copies, size_t count, tc_error *err)
{
	int rc = TC_OK;

	for (size_t i = 0; rc == TC_OK && i < count; i++)
		rc = tc__text_copy(copies[i].to, copies[i].from, err);
	return rc;
}

void tc__texts_free(char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
}

void tc__wipe_free(char *text, size_t length)
{
	if (text)
		sodium_memzero(text, length);
	free(text);
}
