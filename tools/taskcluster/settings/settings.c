/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/settings/parts.h"
#include "tools/taskcluster/text/suggest.h"

#include <stdlib.h>
#include <string.h>

static int choose_format(struct settings *settings, const char *format)
{
	settings->json = strcmp(format, "json") == 0;
	if (settings->json || strcmp(format, "yaml") == 0)
		return 0;
	return usage_error("-f is \"%s\"; expected yaml or json", format);
}

static int take_option(struct settings *settings, int id, const char *value)
{
	switch (id) {
	case 'f':
		return choose_format(settings, value);
	case 'o':
		settings->output = strcmp(value, "-") == 0 ? NULL : value;
		return 0;
	case 'a':
		settings->all = true;
		return 0;
	case 'd':
		settings->dry_run = true;
		return 0;
	default: /* SETTINGS_SHOW */
		settings->show = true;
		return 0;
	}
}

static int take_word(
	struct settings *settings, const struct command *command, const char *word, size_t most)
{
	if (settings->count == most)
		return usage_error("\"%s\" is one too many: expected `taskcluster %s %s`", word,
			command_name(command), command->synopsis);
	settings->words[settings->count++] = word;
	return 0;
}

/* 0, or the exit status after telling; -1: help was printed, and that was all. */
static int open_settings(struct settings *settings, const struct command *command,
	struct arguments *arguments, size_t most)
{
	int id, status = 0;

	*settings = (struct settings){ .count = 0 };
	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h') {
			command_help(command);
			return -1;
		}
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		status = id == OPTION_WORD ? take_word(settings, command, arguments->value, most)
					   : take_option(settings, id, arguments->value);
	}
	if (status != 0)
		return status;
	config_file_find(&settings->file);
	return config_file_read(&settings->file);
}

int settings_run(const struct command *command, struct arguments *arguments, size_t most,
	int (*perform)(struct settings *settings))
{
	struct settings settings;
	int status = open_settings(&settings, command, arguments, most);

	if (status == 0)
		status = perform(&settings);
	config_file_free(&settings.file);
	return status < 0 ? 0 : status;
}

int settings_key(const char *word, enum config_key *key)
{
	static const char section[] = "config.";
	bool is_whole = strncmp(word, section, sizeof section - 1) == 0;
	const char *name = is_whole ? word + sizeof section - 1 : word;
	struct suggestion nearest = suggest_for(name);

	*key = config_key_find(name);
	if (*key != CONFIG_KEYS && is_whole)
		return 0;
	for (size_t i = 0; i < CONFIG_KEYS; i++)
		suggest_consider(&nearest, config_keys[i].name);
	if (nearest.name)
		return usage_error("unknown key %s: did you mean config.%s?", word, nearest.name);
	return usage_error("unknown key %s: `taskcluster config help` lists them", word);
}

int settings_print_value(const struct config_value *value, bool flow, FILE *out)
{
	char *entry = config_entry(value, flow);

	if (!entry)
		return failure("memory ended");
	fprintf(out, "%s\n", entry + strlen(config_keys[value->key].name) + 2); /* behind ": " */
	free(entry);
	return 0;
}

struct config_value settings_value(const struct settings *settings, enum config_key key)
{
	const struct config_file *file = &settings->file;

	if (key == CONFIG_SCOPES)
		return (struct config_value){
			.key = key, .scopes = file->scopes, .scope_count = file->scope_count
		};
	return (struct config_value){ .key = key, .text = config_file_value(file, key) };
}
