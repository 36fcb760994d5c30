/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCUMENTS_YAML_H
#define TC_DOCUMENTS_YAML_H

/*
 * YAML as JSON, by the core schema of YAML 1.2: null, true, numbers, and texts for all else. One
 * document. What JSON has no place for is refused with its place: .inf, keys that are no scalars,
 * tags of somebody's own, merge keys. An alias is a copy of what it stands for, so that what it all
 * comes to is bounded.
 */

#include "tools/documents/place.h"
#include <taskcluster/json.h>

/* *json is for tc_release. An error begins with its line, "line 3: ". */
int yaml_read(const char *text, size_t length, const tc_json **json, tc_error *err);

/* A document that was read, with where its values stand. */
struct yaml;

/* Reads one, for yaml_close. An error is without its place, which is stored in *wrong. */
int yaml_open(
	const char *text, size_t length, struct yaml **yaml, struct place *wrong, tc_error *err);

/* Its value; borrowed. */
const tc_json *yaml_json(const struct yaml *yaml);

/* Where the value at a JSON pointer stands; of what is not there, that of the nearest above it.
 * What an alias brings stands where it was written. */
struct place yaml_place(const struct yaml *yaml, const char *pointer);

void yaml_close(struct yaml *yaml);

#endif
