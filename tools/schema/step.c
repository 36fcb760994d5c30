/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/schema/step.h"

static void write_name(struct tc__buffer *text, const char *name)
{
	for (; *name; name++) {
		if (*name == '~')
			tc__buffer_text(text, "~0");
		else if (*name == '/')
			tc__buffer_text(text, "~1");
		else
			tc__buffer_char(text, *name);
	}
}

void step_write(struct tc__buffer *text, const struct step *step)
{
	if (!step)
		return;
	step_write(text, step->above);
	tc__buffer_char(text, '/');
	if (step->name)
		write_name(text, step->name);
	else
		tc__buffer_int(text, (int64_t)step->position);
}
