/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/update.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/settings/parts.h"
#include "tools/taskcluster/text/plain.h"

#include <stdlib.h>
#include <string.h>

static const struct option options[] = {
	{ "dry-run", 'd', NULL, "only look whether the value is right" },
	{ NULL, 0, NULL, NULL },
};

static int write_value(struct settings *settings, const struct config_value *value)
{
	return settings->dry_run ? 0 : config_update(&settings->file, value, 1);
}

static void tell_what_is_set(enum config_key key, const char *text)
{
	const char *name = config_keys[key].name, *before = config_keys[key].variable;

	printf("Set 'config.%s' = ", name);
	if (key == CONFIG_ACCESS_TOKEN)
		text = SETTINGS_MASK;
	plain_print_line(stdout, text, strlen(text));
	putchar('\n');
	if (variable(before))
		complain("%s is set, and goes before config.%s of the file", before, name);
}

static int set(struct settings *settings, enum config_key key, const char *text)
{
	struct config_value value = { .key = key, .text = text };
	int status = settings_check(key, text);

	if (status == 0)
		status = write_value(settings, &value);
	if (status == 0)
		tell_what_is_set(key, text);
	return status;
}

static int set_scopes(struct settings *settings, const char *text)
{
	struct config_value value = { .key = CONFIG_SCOPES };
	const tc_json *json = NULL;
	const char **scopes = NULL;
	int status = settings_check_scopes(text, &json, &scopes);

	value.scopes = scopes;
	value.scope_count = tc_json_count(json);
	if (status == 0)
		status = write_value(settings, &value);
	if (status == 0)
		tell_what_is_set(CONFIG_SCOPES, text);
	free(scopes);
	tc_release(json);
	return status;
}

static int set_word(struct settings *settings)
{
	const char *word = settings->words[1];
	enum config_key key;
	char *typed = NULL;

	if (settings->count == 0)
		return usage_error("which key? `taskcluster config help` lists them");
	int status = settings_key(settings->words[0], &key);
	if (status == 0 && (!word || strcmp(word, "-") == 0))
		status = settings_input(key, &typed);
	if (typed)
		word = typed;
	if (status == 0)
		status = key == CONFIG_SCOPES ? set_scopes(settings, word)
					      : set(settings, key, word);
	free(typed);
	return status;
}

static int run(struct arguments *arguments)
{
	return settings_run(&config_set_command, arguments, 2, set_word);
}

const struct command config_set_command = {
	.name = "set",
	.whole_name = "config set",
	.words = config_key_words,
	.synopsis = "<key> [<value>]",
	.summary = "write a value to the file",
	.details = "Without a value, or with -, it is read from standard input: an access token is "
		   "not shown while it is typed, and never among a shell's commands. Lists are "
		   "JSON: '[\"queue:get-task:*\"]'. The file is for you alone afterwards; all else "
		   "in it stays as it is.",
	.options = options,
	.run = run,
};
