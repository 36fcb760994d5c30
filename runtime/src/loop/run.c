/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/run.h"

void tc__run_list_append(struct tc__run_list *list, struct tc__run *run)
{
	run->before = list->last;
	run->after = NULL;
	if (list->last)
		list->last->after = run;
	else
		list->first = run;
	list->last = run;
}

void tc__run_list_prepend(struct tc__run_list *list, struct tc__run *run)
{
	run->before = NULL;
	run->after = list->first;
	if (list->first)
		list->first->before = run;
	else
		list->last = run;
	list->first = run;
}

void tc__run_list_remove(struct tc__run_list *list, struct tc__run *run)
{
	*(run->before ? &run->before->after : &list->first) = run->after;
	*(run->after ? &run->after->before : &list->last) = run->before;
	run->before = run->after = NULL;
}

struct tc__run *tc__run_list_take(struct tc__run_list *list)
{
	struct tc__run *run = list->first;

	if (run)
		tc__run_list_remove(list, run);
	return run;
}

void tc__run_list_restore(struct tc__run_list *to, struct tc__run_list *from)
{
	if (!from->first)
		return;
	from->last->after = to->first;
	if (to->first)
		to->first->before = from->last;
	else
		to->last = from->last;
	to->first = from->first;
	*from = (struct tc__run_list){ 0 };
}
