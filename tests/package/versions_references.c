/* SPDX-License-Identifier: MPL-2.0 */
/* As versions.c, with the struct of the component references. */
#include "versions.h"

#include <taskcluster/references.h>

int main(int argc, char **argv)
{
	struct tc_references_options options = TC_REFERENCES_OPTIONS_INIT;
	tc_references *references = NULL;
	tc_error err = TC_ERROR_INIT;

	wishes = argc > 1 && strcmp(argv[1], "wish") == 0;
	WISH(options);
	tc_references_read("references/taskcluster", &options, &references, &err);
	if (works("tc_references_options", &err))
		expect(tc_references_find_operation(references, "queue", "status") != NULL,
			"a function");
	tc_references_free(references);
	return failures != 0;
}
