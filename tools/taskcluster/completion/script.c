/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"
#include "tools/taskcluster/shared/rules.h"
#include "tools/taskcluster/text/text.h"

#include <taskcluster/registry.h>

#include <string.h>

#define KEY_MAX 256

static void add_word(const struct dialect *dialect, const char *word, const char *text)
{
	dialect->word(word, text ? text : "", text ? text_sentence(text) : 0);
}

static void open_key(
	const struct dialect *dialect, const char *command, const char *service, const char *name)
{
	char key[KEY_MAX];

	snprintf(key, sizeof key, "%s%s%s%s%s", command, service ? " " : "", service ? service : "",
		name ? " " : "", name ? name : "");
	dialect->open(key);
}

/* What follows a family's name, and `help` with it. */
static void add_parts(const struct dialect *dialect, const struct command *family)
{
	const struct command *const *part;

	if (!family->parts)
		return;
	open_key(dialect, family->name, NULL, NULL);
	for (part = family->parts; *part; part++)
		add_word(dialect, (*part)->name, (*part)->summary);
	dialect->close();
	open_key(dialect, "help", family->name, NULL);
	for (part = family->parts; *part; part++)
		add_word(dialect, (*part)->name, (*part)->summary);
	dialect->close();
}

static void add_commands(const struct dialect *dialect, const struct command *const *commands)
{
	open_key(dialect, "", NULL, NULL);
	for (size_t i = 0; commands[i]; i++)
		add_word(dialect, commands[i]->name, commands[i]->summary);
	add_word(dialect, "help", "explain a command");
	dialect->close();
	open_key(dialect, "help", NULL, NULL);
	for (size_t i = 0; commands[i]; i++)
		add_word(dialect, commands[i]->name, commands[i]->summary);
	dialect->close();
	for (size_t i = 0; commands[i]; i++)
		add_parts(dialect, commands[i]);
}

static void add_list(const struct dialect *dialect, const char *command, const char *const *words)
{
	open_key(dialect, command, NULL, NULL);
	for (; *words; words++)
		add_word(dialect, *words, NULL);
	dialect->close();
}

static void add_services(const struct dialect *dialect, const char *command, bool exchanges)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	open_key(dialect, command, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		if (exchanges ? services[i]->exchange_count : services[i]->operation_count)
			add_word(dialect, services[i]->name, services[i]->description);
	dialect->close();
}

static void add_operations(const struct dialect *dialect, const struct tc_service *service)
{
	if (service->operation_count == 0)
		return;
	open_key(dialect, "api", service->name, NULL);
	for (size_t i = 0; i < service->operation_count; i++)
		add_word(dialect, service->operations[i].name, service->operations[i].description);
	dialect->close();
}

static void add_keys(const struct dialect *dialect, const struct tc_exchange *exchange)
{
	open_key(dialect, "routing-key", exchange->service->name, exchange->name);
	for (size_t i = 0; i < exchange->word_count; i++) {
		char word[KEY_MAX];
		if (exchange->words[i].constant)
			continue;
		snprintf(word, sizeof word, "%s=", exchange->words[i].name);
		add_word(dialect, word, exchange->words[i].summary);
	}
	dialect->close();
}

static void add_exchanges(const struct dialect *dialect, const struct tc_service *service)
{
	if (service->exchange_count == 0)
		return;
	open_key(dialect, "routing-key", service->name, NULL);
	for (size_t i = 0; i < service->exchange_count; i++)
		add_word(dialect, service->exchanges[i].name, service->exchanges[i].description);
	dialect->close();
	for (size_t i = 0; i < service->exchange_count; i++)
		add_keys(dialect, &service->exchanges[i]);
}

void completion_words(const struct dialect *dialect, const struct command *const *commands)
{
	static const char *const slugid[] = { "generate", "encode", "decode", NULL };
	static const char *const shells[] = { "bash", "zsh", "fish", NULL };
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	add_commands(dialect, commands);
	add_list(dialect, "slugid", slugid);
	add_list(dialect, "completion", shells);
	add_services(dialect, "api", false);
	add_services(dialect, "routing-key", true);
	for (size_t i = 0; i < count; i++) {
		add_operations(dialect, services[i]);
		add_exchanges(dialect, services[i]);
	}
}

static void add_options(const struct dialect *dialect, const struct option *options)
{
	for (; options && options->name; options++) {
		char word[KEY_MAX];
		snprintf(word, sizeof word, "--%s", options->name);
		add_word(dialect, word, options->help);
	}
}

/* A key with one of its operators. */
static void add_operator(const struct dialect *dialect, const struct tc_operation *operation,
	const struct tc_query_rule *rule, const struct tc_query_operator *relation)
{
	char word[KEY_MAX];

	snprintf(word, sizeof word, "--%s%s%s", rule->name, rules_separator(operation),
		relation->name);
	add_word(dialect, word, "a query value");
}

static void add_operators(const struct dialect *dialect, const struct tc_operation *operation,
	const struct tc_query_rule *rule)
{
	const struct tc_query_operator *relation = rule->operators;

	for (; relation && relation->name; relation++)
		add_operator(dialect, operation, rule, relation);
}

static void add_query(const struct dialect *dialect, const struct tc_operation *operation)
{
	const struct tc_query_rule *rule;

	if (operation->query_count == 0 && !rules_query_at(operation, 0))
		return;
	open_key(dialect, "api", operation->service->name, operation->name);
	for (size_t i = 0; i < operation->query_count; i++) {
		char word[KEY_MAX];
		snprintf(word, sizeof word, "--%s", operation->query[i].name);
		add_word(dialect, word, "a query value");
	}
	for (size_t i = 0; (rule = rules_query_at(operation, i)); i++)
		if (rule->no_bare)
			add_operators(dialect, operation, rule);
	dialect->close();
}

/* Of commands, and of those of families. */
static void add_command_options(
	const struct dialect *dialect, const struct command *const *commands)
{
	for (; *commands; commands++) {
		open_key(dialect, command_name(*commands), NULL, NULL);
		add_options(dialect, (*commands)->options);
		add_options(dialect, common_options);
		dialect->close();
		if ((*commands)->parts)
			add_command_options(dialect, (*commands)->parts);
	}
}

void completion_options(const struct dialect *dialect, const struct command *const *commands)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	add_command_options(dialect, commands);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < services[i]->operation_count; j++)
			add_query(dialect, &services[i]->operations[j]);
}

/* Whether a function of the service before this one has the key. */
static bool seen_before(const struct tc_operation *until, const char *name)
{
	const struct tc_operation *operation = until->service->operations;

	for (; operation < until; operation++) {
		const struct tc_query_rule *rule;
		for (size_t i = 0; (rule = rules_query_at(operation, i)); i++)
			if (rule->operators && strcmp(rule->name, name) == 0)
				return true;
	}
	return false;
}

static void open_operators(const struct dialect *dialect, const struct tc_operation *operation)
{
	const struct tc_query_rule *rule;

	for (size_t i = 0; (rule = rules_query_at(operation, i)); i++) {
		char key[KEY_MAX];
		if (!rule->operators || rule->no_bare || seen_before(operation, rule->name))
			continue;
		snprintf(key, sizeof key, "%s --%s", operation->service->name, rule->name);
		dialect->open(key);
		add_operators(dialect, operation, rule);
		dialect->close();
	}
}

void completion_operators(const struct dialect *dialect)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < services[i]->operation_count; j++)
			open_operators(dialect, &services[i]->operations[j]);
}

static void add_flags(
	const struct dialect *dialect, const char *command, const struct option *options)
{
	char word[KEY_MAX];

	for (; options && options->name; options++) {
		if (options->value)
			continue;
		snprintf(word, sizeof word, "--%s", options->name);
		dialect->option(command, word, false);
	}
}

static void add_command_flags(const struct dialect *dialect, const struct command *const *commands)
{
	for (; *commands; commands++) {
		add_flags(dialect, command_name(*commands), (*commands)->options);
		if ((*commands)->parts)
			add_command_flags(dialect, (*commands)->parts);
	}
}

void completion_flags(const struct dialect *dialect, const struct command *const *commands)
{
	add_flags(dialect, "", common_options);
	add_command_flags(dialect, commands);
}

void completion_letters(const struct dialect *dialect, const struct command *const *commands)
{
	for (; *commands; commands++) {
		const struct option *option = (*commands)->options;
		for (; option && option->name; option++) {
			char word[] = { '-', (char)option->id, '\0' };
			if (option->value && option->id < OPTION_WORD)
				dialect->option("", word, true);
		}
	}
}

static int print_files(const char *between, const struct command *const *commands, int count)
{
	for (; *commands; commands++) {
		if ((*commands)->takes_file)
			printf("%s'%s'", count++ ? between : "", command_name(*commands));
		if ((*commands)->parts)
			count = print_files(between, (*commands)->parts, count);
	}
	return count;
}

void completion_files(const char *between, const struct command *const *commands)
{
	print_files(between, commands, 0);
}

static void open_function(const char *name)
{
	printf("_taskcluster_%s() {\n\tcase \"$1\" in\n", name);
}

static void close_function(void)
{
	puts("\tesac\n}");
}

void completion_script(const struct dialect *dialect, const struct command *const *commands,
	const char *head, const char *script)
{
	puts(head);
	open_function("words");
	completion_words(dialect, commands);
	close_function();
	open_function("options");
	completion_options(dialect, commands);
	close_function();
	open_function("operators");
	completion_operators(dialect);
	close_function();
	printf("_taskcluster_takes_file() {\n\tcase $1 in\n\t(");
	completion_files("|", commands);
	puts(") return 0 ;;\n\tesac\n\treturn 1\n}");
	puts("_taskcluster_takes_value() {\n\tcase \"$2:$1\" in\n\t(*:--?*=*) return 1 ;;");
	completion_flags(dialect, commands);
	puts("\t(*:--?*) return 0 ;;");
	puts("\tesac\n\tcase \"$2:$1\" in");
	completion_letters(dialect, commands);
	puts("\t(*) return 1 ;;\n\tesac\n}");
	puts(script);
}
