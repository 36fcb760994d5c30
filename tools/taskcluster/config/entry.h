/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_CONFIG_ENTRY_H
#define TC_CLI_CONFIG_ENTRY_H

/* A key with its value, as YAML. */

#include "tools/taskcluster/config/keys.h"

#include <stdbool.h>
#include <stddef.h>

/* Texts are borrowed. */
struct config_value {
	enum config_key key;
	const char *text;          /* NULL: there is none */
	const char *const *scopes; /* of authorizedScopes in place of it; NULL: there are none */
	size_t scope_count;
};

bool config_value_is_absent(const struct config_value *value);

/*
 * "name: value", without a line end: `flow` as it may stand between braces, in one line; else as a
 * line of its own, or for a list as several. Readers of YAML 1.1 and 1.2 take a text for a text,
 * whatever it looks like. What is absent is null. For free(); NULL when memory ends.
 */
char *config_entry(const struct config_value *value, bool flow);

#endif
