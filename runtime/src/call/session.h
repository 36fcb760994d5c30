/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_CALL_SESSION_H
#define TC_RUNTIME_CALL_SESSION_H

/*
 * How the attempts of a performance show who calls, for systems that say so in their conventions. A
 * login that becomes necessary is an attempt of the same performance: first the login's request is
 * sent, and then, at once, the call's own.
 */

#include "runtime/src/call/call.h"
#include "runtime/src/call/client_realm.h"

/* Fills in what signs the next attempt, and *request with what is sent. */
int tc__session_prepare(struct tc__performance *performance, struct tc__signer *signer,
	const struct tc__request **request, tc_error *failure);

/*
 * A whole reply has come: its cookies are kept, and logins and logouts take effect. True when the
 * next attempt comes at once: the call's own after a login that went well, or a login after a reply
 * that says that the session has ended. A login that failed for good is put into *failure, whose
 * code is TC_OK before.
 */
bool tc__session_turns(struct tc__performance *performance, tc_error *failure);

void tc__session_end(struct tc__performance *performance);

#endif
