/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/settings/parts.h"
#include "tools/taskcluster/text/plain.h"
#include "tools/taskcluster/text/text.h"

#include <string.h>
#include <unistd.h>

#define SUMMARY_COLUMN 27

static void list_keys(void)
{
	puts("Configuration options:");
	for (unsigned key = 0; key < CONFIG_KEYS; key++) {
		const char *summary = config_keys[key].summary;
		char name[SUMMARY_COLUMN];
		snprintf(name, sizeof name, "config.%s:", config_keys[key].name);
		int used = printf("  %-*s", SUMMARY_COLUMN - 2, name);
		text_hang(stdout, used, SUMMARY_COLUMN + 1, summary);
	}
	putchar('\n');
}

static int print_value(const struct config_value *value)
{
	const char *text = value->text ? value->text : "";

	fputs("Value:   ", stdout);
	if (value->scopes)
		return settings_print_value(value, true, stdout);
	if (value->key == CONFIG_ACCESS_TOKEN && value->text && isatty(STDOUT_FILENO))
		text = SETTINGS_MASK;
	plain_print_line(stdout, text, strlen(text));
	putchar('\n');
	return 0;
}

static int explain(const struct settings *settings, enum config_key key)
{
	const struct config_key_facts *facts = &config_keys[key];
	struct config_value value = settings_value(settings, key);

	printf("Key:     config.%s\n%s\n", facts->name, facts->summary);
	int status = print_value(&value);
	puts("Default: ");
	if (variable(facts->variable))
		printf("From:    %s\n", facts->variable);
	else if (!config_value_is_absent(&value))
		printf("From:    %s\n", settings->file.path);
	return status;
}

static int help(struct settings *settings)
{
	enum config_key key;

	if (settings->count == 0) {
		list_keys();
		return 0;
	}
	int status = settings_key(settings->words[0], &key);
	return status == 0 ? explain(settings, key) : status;
}

static int run(struct arguments *arguments)
{
	return settings_run(&config_help_command, arguments, 1, help);
}

const struct command config_help_command = {
	.name = "help",
	.whole_name = "config help",
	.words = config_key_words,
	.synopsis = "[<key>]",
	.summary = "what keys there are, and where their values come from",
	.run = run,
};
