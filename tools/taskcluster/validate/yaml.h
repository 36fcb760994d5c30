/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_VALIDATE_YAML_H
#define TC_CLI_VALIDATE_YAML_H

/*
 * YAML as JSON, by the core schema of YAML 1.2: null, true, numbers, and texts for all else. One
 * document. What JSON has no place for is refused with its line: .inf, keys that are no scalars,
 * tags of somebody's own, merge keys. An alias is a copy of what it stands for, so that what it all
 * comes to is bounded.
 */

#include <taskcluster/json.h>

/* *json is for tc_release. */
int yaml_read(const char *text, size_t length, const tc_json **json, tc_error *err);

#endif
