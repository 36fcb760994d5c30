/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/text/text.h"

#include <string.h>

static void print_sentence(const char *text, const char *otherwise)
{
	if (!text || !*text)
		text = otherwise ? otherwise : "";
	text_wrap(stdout, 4, text, text_sentence(text));
}

int api_list_services(const struct tc_service *const *services, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (services[i]->operation_count == 0)
			continue;
		puts(services[i]->name);
		print_sentence(services[i]->description, services[i]->title);
	}
	return 0;
}

void api_print_signature(FILE *out, const struct tc_operation *operation)
{
	fputs(operation->name, out);
	for (size_t i = 0; i < operation->argument_count; i++)
		fprintf(out, " <%s>", operation->arguments[i].name);
}

int api_list_operations(const struct tc_service *service)
{
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct tc_operation *operation = &service->operations[i];
		api_print_signature(stdout, operation);
		if (operation->stability == TC_DEPRECATED)
			printf("  (deprecated)");
		putchar('\n');
		print_sentence(operation->description, operation->title);
	}
	return 0;
}
