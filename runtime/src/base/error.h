/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_ERROR_H
#define TC_RUNTIME_ERROR_H

/* How the library's own code fails. Every function here accepts a NULL tc_error, replaces what the
 * error held, and returns the code, so that a failure is one statement:
 *
 *	return tc__fail(err, TC_ERROR_ARGUMENT, "taskId is empty");
 */

#include "runtime/src/base/fields.h"
#include <taskcluster/error.h>

/* The message is cut at this many bytes, with its prefixes; one about a refusal only here, as what
 * a server says may be long. Each is redacted (redact.h). Whatever a server sent is kept whole in
 * the detail. */
#define TC__MESSAGE_MAX 2000
#define TC__REFUSED_MAX ((size_t)80 * 1024)

/* What is only done when something fails: compilers put the code that leads there apart, so that a
 * call that goes well has less to fetch. */
#define TC__COLD __attribute__((cold))

TC__COLD TC_PRINTF(3, 4) int tc__fail(tc_error *err, int code, const char *format, ...);

/* With the JSON pointer of the value it is about; the message begins with it. */
TC__COLD TC_PRINTF(4, 5) int tc__fail_at(
	tc_error *err, int code, const char *pointer, const char *format, ...);

/* Memory ended: needs none itself. */
TC__COLD int tc__fail_nomem(tc_error *err);

/* What a reply tells about its refusal; each text may be NULL and is copied. */
struct tc__refusal {
	int status;
	const char *server_code;
	const char *server_message;
	const char *request_info; /* JSON text */
	const char *request_id;
	const char *trace_id;
	const char *body;
	size_t body_length;
	struct tc__fields fields; /* its headers */
};

/* A failure with what the server said; `text` is the message. Copies what memory allows: the code,
 * the status and (if at all possible) the message are set in any case. */
TC__COLD int tc__fail_refused(
	tc_error *err, int code, const struct tc__refusal *refusal, const char *text);

/* Moves *from into *to (which may be NULL) and clears *from. Returns the code moved. */
TC__COLD int tc__fail_with(tc_error *to, tc_error *from);

/* Adds what is known of the reply that an error is about to one already set; keeps all else. */
TC__COLD void tc__error_attach(tc_error *err, const struct tc__refusal *refusal);

/* Adds what is to be expected: whether repeating cannot help, though code and status look as if,
 * and what pause the server asked for (-1: none). As far as memory allows. */
void tc__error_outlook(tc_error *err, bool final, int64_t retry_after_ms);

/* Whether a refusal of this status may not come again. */
bool tc__status_may_pass(int status);

#endif
