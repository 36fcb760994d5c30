/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"
#include "tools/taskcluster/shared/rules.h"
#include "tools/taskcluster/text/text.h"

#include <taskcluster/registry.h>

#include <string.h>

#define KEY_MAX 256

static void add_word(struct script *script, const char *word, const char *text)
{
	const char *sentence = text && !script->brief ? text : "";

	script->dialect->word(script, word, sentence, text_sentence(sentence));
}

static void open_key(
	struct script *script, const char *command, const char *service, const char *name)
{
	char key[KEY_MAX];

	snprintf(key, sizeof key, "%s%s%s%s%s", command, service ? " " : "", service ? service : "",
		name ? " " : "", name ? name : "");
	script->dialect->open(script, key);
}

static void add_summaries(struct script *script, const struct command *const *commands)
{
	for (; *commands; commands++)
		if (!(*commands)->hidden)
			add_word(script, (*commands)->name, (*commands)->summary);
}

/* What follows the name of a command, where that is known. */
static void add_following(struct script *script, const struct command *const *commands)
{
	for (; *commands; commands++) {
		const struct command *command = *commands;
		if (command->words) {
			open_key(script, command_name(command), NULL, NULL);
			for (const char *const *word = command->words; *word; word++)
				add_word(script, *word, NULL);
			script->dialect->close(script);
		}
		if (!command->parts)
			continue;
		open_key(script, command_name(command), NULL, NULL);
		add_summaries(script, command->parts);
		script->dialect->close(script);
		add_following(script, command->parts);
	}
}

static void add_commands(struct script *script)
{
	open_key(script, "", NULL, NULL);
	add_summaries(script, script->commands);
	add_word(script, "help", "explain a command");
	script->dialect->close(script);
	add_following(script, script->commands);
}

/* `besides`: the commands that come before them, or NULL. */
static void add_services(struct script *script, const char *command,
	const struct command *const *besides, bool exchanges)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	open_key(script, command, NULL, NULL);
	if (besides)
		add_summaries(script, besides);
	for (size_t i = 0; i < count; i++)
		if (exchanges ? services[i]->exchange_count : services[i]->operation_count)
			add_word(script, services[i]->name, services[i]->description);
	script->dialect->close(script);
}

static void add_operations(struct script *script, const struct tc_service *service)
{
	if (service->operation_count == 0)
		return;
	open_key(script, "api", service->name, NULL);
	for (size_t i = 0; i < service->operation_count; i++)
		add_word(script, service->operations[i].name, service->operations[i].description);
	script->dialect->close(script);
}

static void add_keys(struct script *script, const struct tc_exchange *exchange)
{
	open_key(script, "routing-key", exchange->service->name, exchange->name);
	for (size_t i = 0; i < exchange->word_count; i++) {
		char word[KEY_MAX];
		if (exchange->words[i].constant)
			continue;
		snprintf(word, sizeof word, "%s=", exchange->words[i].name);
		add_word(script, word, exchange->words[i].summary);
	}
	script->dialect->close(script);
}

static void add_exchanges(struct script *script, const struct tc_service *service)
{
	if (service->exchange_count == 0)
		return;
	open_key(script, "routing-key", service->name, NULL);
	for (size_t i = 0; i < service->exchange_count; i++)
		add_word(script, service->exchanges[i].name, service->exchanges[i].description);
	script->dialect->close(script);
	for (size_t i = 0; i < service->exchange_count; i++)
		add_keys(script, &service->exchanges[i]);
}

static const struct command *const *besides_of(
	const struct command *const *commands, const char *name)
{
	while (*commands && strcmp((*commands)->name, name) != 0)
		commands++;
	return *commands ? (*commands)->besides : NULL;
}

void completion_words(struct script *script)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	add_commands(script);
	add_services(script, "api", besides_of(script->commands, "api"), false);
	add_services(script, "routing-key", NULL, true);
	for (size_t i = 0; i < count; i++) {
		add_operations(script, services[i]);
		add_exchanges(script, services[i]);
	}
}

static void add_options(struct script *script, const struct option *options)
{
	for (; options && options->name; options++) {
		char word[KEY_MAX];
		snprintf(word, sizeof word, "--%s", options->name);
		add_word(script, word, options->help);
	}
}

/* A key with one of its operators. */
static void add_operator(struct script *script, const struct tc_operation *operation,
	const struct tc_query_rule *rule, const struct tc_query_operator *relation)
{
	char word[KEY_MAX];

	snprintf(word, sizeof word, "--%s%s%s", rule->name, rules_separator(operation),
		relation->name);
	add_word(script, word, "a query value");
}

static void add_operators(struct script *script, const struct tc_operation *operation,
	const struct tc_query_rule *rule)
{
	const struct tc_query_operator *relation = rule->operators;

	for (; relation && relation->name; relation++)
		add_operator(script, operation, rule, relation);
}

static void add_query(struct script *script, const struct tc_operation *operation)
{
	const struct tc_query_rule *rule;

	if (operation->query_count == 0 && !rules_query_at(operation, 0))
		return;
	open_key(script, "api", operation->service->name, operation->name);
	for (size_t i = 0; i < operation->query_count; i++) {
		char word[KEY_MAX];
		snprintf(word, sizeof word, "--%s", operation->query[i].name);
		add_word(script, word, "a query value");
	}
	for (size_t i = 0; (rule = rules_query_at(operation, i)); i++)
		if (rule->no_bare)
			add_operators(script, operation, rule);
	script->dialect->close(script);
}

/* Of commands, and of those of families. */
static void add_command_options(struct script *script, const struct command *const *commands)
{
	for (; *commands; commands++) {
		if ((*commands)->hidden)
			continue;
		open_key(script, command_name(*commands), NULL, NULL);
		add_options(script, (*commands)->options);
		add_options(script, options_besides((*commands)->options));
		add_options(script, common_options);
		script->dialect->close(script);
		if ((*commands)->parts)
			add_command_options(script, (*commands)->parts);
		if ((*commands)->besides)
			add_command_options(script, (*commands)->besides);
	}
}

void completion_options(struct script *script)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	add_command_options(script, script->commands);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < services[i]->operation_count; j++)
			add_query(script, &services[i]->operations[j]);
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

static void open_operators(struct script *script, const struct tc_operation *operation)
{
	const struct tc_query_rule *rule;

	for (size_t i = 0; (rule = rules_query_at(operation, i)); i++) {
		char key[KEY_MAX];
		if (!rule->operators || rule->no_bare || seen_before(operation, rule->name))
			continue;
		snprintf(key, sizeof key, "%s --%s", operation->service->name, rule->name);
		script->dialect->open(script, key);
		add_operators(script, operation, rule);
		script->dialect->close(script);
	}
}

void completion_operators(struct script *script)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < services[i]->operation_count; j++)
			open_operators(script, &services[i]->operations[j]);
}

/* ---- what a word behind an option is ---- */

/* Which options of a table an arm is for. */
typedef bool wants_fn(const struct option *option);

static bool is_flag(const struct option *option)
{
	return !option->value;
}

static bool takes_value(const struct option *option)
{
	return option->value;
}

/* By what the help calls its value. */
static bool takes_path(const struct option *option)
{
	return option->value && (strstr(option->value, "FILE") || strstr(option->value, "FOLDER"));
}

static void add_long_arms(
	struct script *script, const char *command, const struct option *options, wants_fn *wants)
{
	for (; options && options->name; options++) {
		char word[KEY_MAX];
		if (!wants(options))
			continue;
		snprintf(word, sizeof word, "--%s", options->name);
		script->dialect->option(script, command, word, wants != is_flag);
	}
}

static void add_letter_arms(
	struct script *script, const char *command, const struct option *options, wants_fn *wants)
{
	for (; options && options->name; options++) {
		char word[] = { '-', (char)options->id, '\0' };
		if (options->id < OPTION_WORD && wants(options))
			script->dialect->option(script, command, word, wants != is_flag);
	}
}

static void each_command(struct script *script, const struct command *const *commands,
	void (*add)(struct script *, const char *, const struct option *, wants_fn *),
	wants_fn *wants)
{
	for (; *commands; commands++) {
		add(script, command_name(*commands), (*commands)->options, wants);
		if ((*commands)->parts)
			each_command(script, (*commands)->parts, add, wants);
		if ((*commands)->besides)
			each_command(script, (*commands)->besides, add, wants);
	}
}

void completion_flags(struct script *script)
{
	add_long_arms(script, "", common_options, is_flag);
	each_command(script, script->commands, add_long_arms, is_flag);
}

void completion_letters(struct script *script)
{
	each_command(script, script->commands, add_letter_arms, takes_value);
}

void completion_paths(struct script *script)
{
	add_long_arms(script, "", common_options, takes_path);
	each_command(script, script->commands, add_long_arms, takes_path);
	each_command(script, script->commands, add_letter_arms, takes_path);
}

static void add_files(struct script *script, const struct command *const *commands)
{
	for (; *commands; commands++) {
		if ((*commands)->takes_file)
			script->dialect->option(script, command_name(*commands), "", true);
		if ((*commands)->parts)
			add_files(script, (*commands)->parts);
		if ((*commands)->besides)
			add_files(script, (*commands)->besides);
	}
}

void completion_files(struct script *script)
{
	add_files(script, script->commands);
}

/* ---- the whole ---- */

const struct frame frame_of_case = {
	.function = "_taskcluster_",
	.table = "() {\n\tcase \"$1\" in\n",
	.table_end = "\tesac\n}\n",
	.question = "() {\n\tcase \"$2:$1\" in\n",
	.question_end = "\t(*) return 1 ;;\n\tesac\n}\n",
	.attached = "\t(*:--?*=*) return 1 ;;\n",
	.apart = "\t(*:--?*) return 0 ;;\n",
};

typedef void arms_fn(struct script *script);

static void put_table(
	struct script *script, const struct frame *frame, const char *name, arms_fn *arms)
{
	fprintf(script->out, "%s%s%s", frame->function, name, frame->table);
	arms(script);
	fputs(frame->table_end, script->out);
}

static void begin_question(struct script *script, const struct frame *frame, const char *name)
{
	fprintf(script->out, "%s%s%s", frame->function, name, frame->question);
}

static void put_question(
	struct script *script, const struct frame *frame, const char *name, arms_fn *arms)
{
	begin_question(script, frame, name);
	arms(script);
	fputs(frame->question_end, script->out);
}

static void put_value_question(struct script *script, const struct frame *frame)
{
	begin_question(script, frame, "takes_value");
	fputs(frame->attached, script->out);
	completion_flags(script);
	fputs(frame->apart, script->out);
	completion_letters(script);
	fputs(frame->question_end, script->out);
}

void completion_script(
	struct script *script, const struct frame *frame, const char *head, const char *body)
{
	fprintf(script->out, "%s\n", head);
	put_table(script, frame, "words", completion_words);
	put_table(script, frame, "options", completion_options);
	put_table(script, frame, "operators", completion_operators);
	put_value_question(script, frame);
	put_question(script, frame, "takes_path", completion_paths);
	put_question(script, frame, "takes_file", completion_files);
	fprintf(script->out, "%s\n", body);
}
