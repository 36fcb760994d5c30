/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SCHEMA_METASCHEMA_H
#define TC_SCHEMA_METASCHEMA_H

#include <taskcluster/json.h>

/*
 * The schema of the schemas of a draft, by its URI (http://json-schema.org/draft-07/schema), as
 * others refer to it; nobody has to fetch it. It says what the draft's own does, with the same
 * names in its definitions. For tc_release; NULL when the URI is of none, or memory ends.
 */
const tc_json *metaschema_of(const char *uri);

#endif
