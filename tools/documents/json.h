/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_DOCUMENTS_JSON_H
#define TC_DOCUMENTS_JSON_H

#include "tools/documents/place.h"
#include <taskcluster/json.h>

/*
 * Where the value at a JSON pointer stands in the JSON text, ended by NUL, that `root` was read
 * from; of what is not there, that of the nearest above it. The reader of YAML does not serve for
 * this: it takes no surrogate pairs (\ud83d\ude00) and no key of more than 1024 characters.
 */
struct place json_place(const char *text, const tc_json *root, const char *pointer);

#endif
