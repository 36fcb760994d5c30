/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_D2G_MEMBERS_H
#define TC_CLI_D2G_MEMBERS_H

/* An object's members in the order of their names, byte by byte, whatever that of the text was. */

#include <taskcluster/json.h>

struct member {
	const tc_json *name, *value; /* the object's */
};

/* All members, ended by a NULL name; of what is no object there are none. For free(), NULL when
 * memory ends. */
struct member *members_sorted(const tc_json *object);

#endif
