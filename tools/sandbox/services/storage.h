/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_STORAGE_H
#define TC_SANDBOX_STORAGE_H

/*
 * The bytes of artifacts and objects, in files of the data folder, behind signed URLs of the
 * sandbox itself: /storage/<blob>?expires=…&signature=…, one for PUT and one for GET. It stands for
 * S3: PUT wants the content type the URL was made for; GET serves ranges, a 304 to who
 * has it already, and a stored Content-Encoding whatever the client accepts.
 */

#include "tools/sandbox/request/request.h"

#define STORAGE_PATH "/storage/"
#define STORAGE_PUT_MS ((int64_t)45 * 60 * 1000)
#define STORAGE_GET_MS ((int64_t)30 * 60 * 1000)

/* A place for bytes that are to come, kept until they expire; `length` -1 when it is not known.
 * NULL when memory ends. */
const char *storage_create(
	struct request *request, const char *content_type, int64_t length, int64_t expires_ms);
void storage_extend(struct request *request, const char *blob, int64_t expires_ms);

/* A URL for "PUT" or "GET". */
const char *storage_url(
	struct request *request, const char *blob, const char *method, int64_t expires_ms);

/* Stores bytes that came otherwise. */
bool storage_write(struct request *request, const char *blob, const void *bytes, size_t length);

/* Whether bytes have come. */
bool storage_present(struct request *request, const char *blob);

void storage_begin(struct request *request); /* before the body */
int storage_serve(struct request *request);

#endif
