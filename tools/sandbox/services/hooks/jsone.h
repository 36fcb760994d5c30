/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_SANDBOX_JSONE_H
#define TC_SANDBOX_JSONE_H

/*
 * JSON-e as far as hooks use it: `${…}` in texts and names; $eval, $fromNow, $if, $merge, $flatten,
 * $map, $let, $json; expressions of paths, literals, + - * /, comparisons, in, && || !, and the
 * functions fromNow, defined and len. What else there is in JSON-e is refused by its name.
 */

#include "runtime/src/base/memory.h"
#include <taskcluster/json.h>

/* A rendering. All values that come of it live until jsone_end. */
struct jsone {
	struct tc__arena arena;
	struct jsone_kept *kept; /* trees to release */
	char problem[600];       /* "" while all is well */
	char where[300];         /* in the template: ".payload.command[0]" */
	int depth;
};

/* Renders a template; `context` is an object, whose `now` is a date. NULL when nothing is left of
 * it, or when it fails: then `problem` says why, and `where` where. */
const tc_json *jsone_render(struct jsone *jsone, const tc_json *template, const tc_json *context);
void jsone_end(struct jsone *jsone);

#endif
