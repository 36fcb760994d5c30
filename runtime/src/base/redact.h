/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_REDACT_H
#define TC_RUNTIME_REDACT_H

/*
 * Texts for people, with their secrets replaced by "(redacted)": the values of headers that carry
 * credentials, of URL parameters that sign (bewit, signature, token), passwords in front of a URL's
 * host, and JSON members that hold tokens, certificates, secrets or passwords, also inside quoted
 * JSON and in texts that were cut. What is redacted already stays as it is.
 */

#include "runtime/src/base/buffer.h"

/* Appends the text. */
void tc__redact(struct tc__buffer *line, const char *text, size_t length);

/* In an array of `size` bytes, needing no memory; what no longer fits is cut. */
void tc__redact_in_place(char *text, size_t size);

#endif
