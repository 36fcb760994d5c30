/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/text/paragraph.h"
#include "tools/taskcluster/text/text.h"

#include <stdlib.h>

void paragraph_begin(struct paragraph *paragraph)
{
	*paragraph = (struct paragraph){ NULL, NULL, 0 };
	paragraph->out = open_memstream(&paragraph->text, &paragraph->length);
	if (!paragraph->out)
		paragraph->out = stdout; /* without memory its lines are long */
}

void paragraph_end(struct paragraph *paragraph, int used, int indent)
{
	if (paragraph->out == stdout) {
		putchar('\n');
		return;
	}
	if (fclose(paragraph->out) == 0)
		text_hang(stdout, used, indent, paragraph->text);
	free(paragraph->text);
}
