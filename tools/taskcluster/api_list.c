/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api.h"
#include "tools/taskcluster/cli.h"
#include "tools/taskcluster/scope_text.h"
#include "tools/taskcluster/text.h"

#include <taskcluster/registry.h>

#include <string.h>

static const char *or_nothing(const char *text)
{
	return text ? text : "";
}

static void print_sentence(const char *text, const char *otherwise)
{
	if (!text || !*text)
		text = or_nothing(otherwise);
	text_wrap(stdout, 4, text, text_sentence(text));
}

static void print_wrapped(int indent, const char *text)
{
	text_wrap(stdout, indent, or_nothing(text), strlen(or_nothing(text)));
}

int api_list_services(void)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++) {
		if (services[i]->operation_count == 0)
			continue;
		puts(services[i]->name);
		print_sentence(services[i]->description, services[i]->title);
	}
	return 0;
}

static void print_signature(const struct tc_operation *operation)
{
	printf("%s", operation->name);
	for (size_t i = 0; i < operation->argument_count; i++)
		printf(" <%s>", operation->arguments[i].name);
}

static void print_synopsis(const struct tc_operation *operation)
{
	printf("taskcluster api %s ", operation->service->name);
	print_signature(operation);
	if (operation->query_count)
		printf(" [--<query> VALUE …]");
	if (operation->has_input)
		printf(" < body.json");
	putchar('\n');
}

int api_list_operations(const struct tc_service *service)
{
	for (size_t i = 0; i < service->operation_count; i++) {
		const struct tc_operation *operation = &service->operations[i];
		print_signature(operation);
		if (operation->stability == TC_DEPRECATED)
			printf("  (deprecated)");
		putchar('\n');
		print_sentence(operation->description, operation->title);
	}
	return 0;
}

static const char *stability_of(const struct tc_operation *operation)
{
	switch (operation->stability) {
	case TC_EXPERIMENTAL:
		return "experimental";
	case TC_DEPRECATED:
		return "deprecated";
	default:
		return "stable";
	}
}

static const char *reply_of(const struct tc_operation *operation)
{
	if (operation->blob_output)
		return "bytes";
	return operation->has_output ? "JSON" : "without a schema";
}

int api_explain(const struct tc_operation *operation)
{
	print_synopsis(operation);
	putchar('\n');
	if (operation->title)
		print_wrapped(0, operation->title);
	if (operation->description) {
		putchar('\n');
		print_wrapped(0, operation->description);
	}
	printf("\nRequest    %s %s\n", operation->method, operation->route);
	printf("Body       %s\n",
		operation->has_input ? "JSON, from standard input or --body FILE" : "none");
	printf("Reply      %s%s\n", reply_of(operation),
		operation->pages ? ", in pages by --continuationToken" : "");
	printf("Stability  %s\n", stability_of(operation));
	if (operation->query_count)
		puts("\nQuery");
	for (size_t i = 0; i < operation->query_count; i++)
		printf("  --%s VALUE\n", operation->query[i].name);
	puts("\nScopes");
	scope_text(stdout, 2, operation->scopes);
	puts("\nOptions");
	print_options(api_command.options);
	print_options(common_options);
	return 0;
}
