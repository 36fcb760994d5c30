/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_GROUPS_VIEW_H
#define TC_CLI_GROUPS_VIEW_H

/* How a group stands, for people and for programs. */

#include "tools/taskcluster/groups/tally.h"

/* "completed: 3", a line for each state that there is. */
void view_lines(const struct tally *tally);

/* The same in one line: "running: 1, completed: 3". */
void view_line(const struct tally *tally);

/* All counts as a line of JSON. 0, or the exit status after telling. */
int view_json(const struct tally *tally, const char *group_id);

/* Draws it on the terminal (picture_begin comes before); `now_ms` by the queue's clock. */
void view_draw(const struct tally *tally, const char *group_id, int64_t now_ms);

#endif
