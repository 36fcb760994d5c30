/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_FILES_H
#define TC_SANDBOX_FILES_H

/* What lies outside /api/: the references and schemas of a folder, and a page that says what this
 * is. */

#include "tools/sandbox/request/request.h"

/* Before the body comes: where it goes. */
void files_begin(struct request *request);

int files_serve(struct request *request);

#endif
