/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion.h"
#include "tools/taskcluster/cli.h"
#include "tools/taskcluster/text.h"

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

static void add_commands(const struct dialect *dialect)
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

void completion_words(const struct dialect *dialect)
{
	static const char *const slugid[] = { "generate", "encode", "decode", NULL };
	static const char *const shells[] = { "bash", "zsh", "fish", NULL };
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	add_commands(dialect);
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

static void add_query(const struct dialect *dialect, const struct tc_operation *operation)
{
	if (operation->query_count == 0)
		return;
	open_key(dialect, "api", operation->service->name, operation->name);
	for (size_t i = 0; i < operation->query_count; i++) {
		char word[KEY_MAX];
		snprintf(word, sizeof word, "--%s", operation->query[i].name);
		add_word(dialect, word, "a query value");
	}
	dialect->close();
}

void completion_options(const struct dialect *dialect)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; commands[i]; i++) {
		open_key(dialect, commands[i]->name, NULL, NULL);
		add_options(dialect, commands[i]->options);
		add_options(dialect, common_options);
		dialect->close();
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < services[i]->operation_count; j++)
			add_query(dialect, &services[i]->operations[j]);
}

/* Whether an operation before this one has the query value already. */
static bool seen_before(const char *name, const struct tc_operation *until)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < services[i]->operation_count; j++) {
			const struct tc_operation *operation = &services[i]->operations[j];
			if (operation == until)
				return false;
			for (size_t k = 0; k < operation->query_count; k++)
				if (strcmp(operation->query[k].name, name) == 0)
					return true;
		}
	return false;
}

static void print_queries(const struct tc_operation *operation)
{
	for (size_t i = 0; i < operation->query_count; i++)
		if (!seen_before(operation->query[i].name, operation))
			printf(" --%s", operation->query[i].name);
}

static void print_valued(const struct option *options)
{
	for (; options && options->name; options++) {
		if (!options->value)
			continue;
		printf(" --%s", options->name);
		if (options->id < OPTION_WORD)
			printf(" -%c", options->id);
	}
}

void completion_valued(void)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; commands[i]; i++)
		print_valued(commands[i]->options);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < services[i]->operation_count; j++)
			print_queries(&services[i]->operations[j]);
}

static int run(struct arguments *arguments)
{
	const char *shell = NULL;
	int id;

	while ((id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h')
			return command_help(&completion_command);
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		if (shell)
			return usage_error(
				"completion: \"%s\" is one word too many", arguments->value);
		shell = arguments->value;
	}
	if (shell && strcmp(shell, "bash") == 0)
		completion_bash();
	else if (shell && strcmp(shell, "zsh") == 0)
		completion_zsh();
	else if (shell && strcmp(shell, "fish") == 0)
		completion_fish();
	else
		return usage_error("completion is made for bash, zsh and fish%s%s",
			shell ? ", not for " : ": name one", shell ? shell : "");
	return 0;
}

const struct command completion_command = {
	.name = "completion",
	.synopsis = "bash|zsh|fish",
	.summary = "print a script with which the shell completes this program's words",
	.details =
		"bash: source <(taskcluster completion bash)\n\n"
		"zsh: taskcluster completion zsh > a folder of $fpath/_taskcluster\n\n"
		"fish: taskcluster completion fish > ~/.config/fish/completions/taskcluster.fish",
	.run = run,
};
