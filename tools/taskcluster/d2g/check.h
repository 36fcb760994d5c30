/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_CHECK_H
#define TC_CLI_D2G_CHECK_H

/* Payloads against their schemas, which are inside the program. */

#include <taskcluster/json.h>

/* Whether it is a payload of docker-worker that can be translated: by its schema, and by what that
 * does not say of images' names, dates and numbers. `where` is its JSON pointer in the document.
 * 0, or the exit status after telling each fault. */
int check_input(const tc_json *payload, const char *where);

/* Whether generic-worker takes it, by its schema. The same. */
int check_output(const tc_json *payload);

#endif
