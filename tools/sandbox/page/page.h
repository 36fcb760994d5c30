/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_PAGE_H
#define TC_SANDBOX_PAGE_H

/*
 * A page to look at, for people: one HTML, one CSS and one script, which the program holds. It
 * knows no more than any client does; who looks signs in by the token of a link, which only those
 * see who see the program's standard error. To be on this machine is not enough: every task that a
 * worker runs here is, too.
 */

#include "tools/sandbox/request/request.h"

/* As gzip for who takes that. */
handler_fn page_serve_html, page_serve_css, page_serve_script;

void page_clear(struct sandbox *sandbox);

/* Makes a token, and prints the link that holds it on standard error. */
void page_print_link(struct sandbox *sandbox);

/*
 * POST /sandbox/session {"token"}: the root client's temporary credentials for who has the token of
 * the link, as {"credentials": {clientId, accessToken, certificate}}. A token serves once; the next
 * link is printed then.
 */
handler_fn page_serve_session;

/*
 * /sandbox/faults as {"faults": [SPEC…]}: the standing faults, as fault.h describes them. PUT
 * replaces all of them. Either needs the scope sandbox:faults.
 */
handler_fn page_serve_faults, page_replace_faults;

/*
 * POST /sandbox/read-task: the text of a task, YAML or JSON, as {"task": value or null, "problems":
 * [{line, column, pointer, message}…]}: how it is no text of either, or else how it breaks the
 * schema of createTask, the first few. Lines and columns are from 1; what a value lacks is told
 * where the value stands.
 */
handler_fn page_read_task;

#endif
