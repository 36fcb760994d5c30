/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_TRANSFER_H
#define TC_RUNTIME_TRANSFER_H

/* What a performance does otherwise when its call is a transfer; all of it is nothing for other
 * calls. */

#include "runtime/src/call/call.h"

/* The operations of a service that knows only methods, of which each has one. Whether repeating is
 * harmless goes by the method (RFC 9110, 9.2.2). */
#define TC__METHOD(service_, what_, name_, method_, retry_) \
	{ \
		.service = &(service_), .name = (name_), .method = (method_), .route = "", \
		.retry = (retry_), .blob_output = true, .title = method_ what_, .description = "" \
	}
#define TC__METHODS(service_, what_) \
	{ \
		TC__METHOD(service_, what_, "get", "GET", TC_RETRY_ALWAYS), \
			TC__METHOD(service_, what_, "head", "HEAD", TC_RETRY_ALWAYS), \
			TC__METHOD(service_, what_, "put", "PUT", TC_RETRY_ALWAYS), \
			TC__METHOD(service_, what_, "delete", "DELETE", TC_RETRY_ALWAYS), \
			TC__METHOD(service_, what_, "post", "POST", TC_RETRY_UNSENT), \
			TC__METHOD(service_, what_, "patch", "PATCH", TC_RETRY_UNSENT), \
	}
#define TC__METHOD_COUNT 6

/* A kind of call that is made by a method and a target. */
struct tc__method_kind {
	const struct tc_operation *methods;
	const char *target; /* what that is called: "url" */
	/* Fills in the rest, with call->anywhere there and all zero. */
	int (*fill)(tc_call *call, const struct tc_operation *operation, const char *target,
		const void *options, tc_error *err);
};

/* NULL, with *err; TC_ERROR_ARGUMENT for a method that none has. */
tc_call *tc__method_call(const struct tc__method_kind *kind, tc_client *client, const char *method,
	const char *target, const void *options, tc_error *err);

/* Takes the body that the options give; NULL: none. */
int tc__transfer_read_body(struct tc__anywhere *anywhere, const struct tc_operation *operation,
	const struct tc_source *body, tc_error *err);

/* When it begins: whence its body comes, and what its reply may be. */
void tc__transfer_begin(struct tc__performance *performance);

/* Before an attempt: nobody signs it, and its body is at its beginning. */
int tc__transfer_prepare(
	struct tc__performance *performance, struct tc__signer *signer, tc_error *failure);

/* The attempt is filled: it goes where redirects have led. */
void tc__transfer_aim(struct tc__performance *performance);

/* A whole reply has come: true when it is a redirect that the next attempt follows, at once.
 * *failure, whose code is TC_OK before, is that memory ended. */
bool tc__transfer_turns(struct tc__performance *performance, tc_error *failure);

/* Says of a refusal why it is a redirect that was not followed. */
void tc__transfer_tell(const struct tc__performance *performance, tc_error *failure);

/* Another attempt begins at the call's own URL: where it was led may be signed for a short time. */
void tc__transfer_restart(struct tc__performance *performance);

/* Whether its body is gone, so that no other attempt can send it. */
bool tc__transfer_is_spent(const struct tc__performance *performance);

void tc__transfer_end(struct tc__performance *performance);

#endif
