/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_SANDBOX_CLIENT_H
#define TC_TESTS_SANDBOX_CLIENT_H

/* A small client on plain libcurl for the tests of the sandbox. It signs with the sandbox's own
 * code, which the published vectors hold, and with none of the library's. */

#include "tests/harness/server.h"
#include <curl/curl.h>
#include <taskcluster/json.h>

struct reply {
	CURLcode curl; /* what curl says; CURLE_OK when a whole reply came */
	long status;
	char *body, *headers;
	size_t body_length, headers_length;
	const tc_json *json; /* NULL when the body is none */
};

/* What of a request is not as usual; all zero is a signed request of the root client. */
struct quirks {
	bool unsigned_; /* no Authorization */
	bool head;
	long long skew_s;           /* added to ts */
	const char *id, *key, *ext; /* other credentials */
	const char *hash;           /* "" for the right payload hash, or one to send */
	const char *type;           /* Content-Type; NULL: application/json; "": none */
	const char *fault;          /* x-sandbox-fault */
	const char *header;         /* one more */
	const char *origin;         /* Origin, as a browser sends it */
	const char *save;           /* in rows: the text at this pointer of the reply becomes $S */
};

/* Performs a request; `body` NULL sends none. The reply is released with the next call. */
struct reply *ask(const struct tc_test_server *server, const char *method, const char *path,
	const char *body, const struct quirks *quirks);

/* The header Authorization of a request without a body. */
void ask_sign(const struct tc_test_server *server, const char *method, const char *path,
	const struct quirks *quirks, char *header, size_t size);

/* Releases what the last reply holds. */
void ask_end(void);

/* A header of a reply by its name in lower case, up to its line's end; NULL when absent. */
const char *reply_header(const struct reply *reply, const char *name, char *value, size_t size);

/* The text at a JSON pointer of the body; "" when it is not there. */
const char *reply_text(const struct reply *reply, const char *pointer);

/* A task definition for the queue "prov/type", with more members in front ("" or ending in a
 * comma); overwritten by the next call. */
const char *task_text(const char *more);

/* A bewit URL of the root client, for `path` (with or without a query). */
const char *bewit_url(const struct tc_test_server *server, const char *path, long long lifetime_s);

/* RFC 3339, so many seconds from now. */
const char *date_text(long long from_now_s, char date[25]);

#endif
