/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_SCHEMA_H
#define TC_SANDBOX_SCHEMA_H

/* The tables of the state, as SQL statements that may run again on a state that has them; NULL
 * ends them. Times are ms since 1970. */
#define SANDBOX_SCHEMA_VERSION 2
#define SANDBOX_SCHEMA_VERSION_TEXT "2" /* the same */
extern const char *const sandbox_schema[];

#endif
