/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_SCOPES_H
#define TC_CLI_D2G_SCOPES_H

/* What a task of docker-worker may, as generic-worker wants it. */

#include "tools/taskcluster/shared/options.h"
#include <taskcluster/json.h>

/*
 * The scopes of a task definition and, beside them, those that generic-worker wants for the same,
 * sorted; release *translated. A scope that begins with `assume:` is expanded by the auth service
 * first. Refused is a task without the scopes that its payload, which is right, takes. 0, or the
 * exit status after telling.
 */
int scopes_translate(
	const tc_json *task, const struct arguments *arguments, const tc_json **translated);

#endif
