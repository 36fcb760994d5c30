/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/update.h"
#include "tools/taskcluster/settings/parts.h"

static const struct option options[] = {
	{ "all", 'a', NULL, "every key" },
	{ NULL, 0, NULL, NULL },
};

static int take_away(struct config_file *file, unsigned from, unsigned to)
{
	struct config_value absent[CONFIG_KEYS] = { { .text = NULL } };

	if (!file->text) /* nor is a folder made */
		return 0;
	for (unsigned key = from; key < to; key++)
		absent[key - from].key = (enum config_key)key;
	return config_update(file, absent, to - from);
}

static int reset(struct settings *settings)
{
	enum config_key key = CONFIG_KEYS;
	int status = 0;

	if (settings->all == (settings->count > 0))
		return usage_error("expected a key, or --all: `taskcluster config help` lists "
				   "keys");
	if (!settings->all)
		status = settings_key(settings->words[0], &key);
	if (status != 0)
		return status;
	unsigned from = settings->all ? 0 : key, to = settings->all ? CONFIG_KEYS : key + 1U;
	status = take_away(&settings->file, from, to);
	for (unsigned each = from; each < to && status == 0; each++)
		printf("Reset config.%s to default value.\n", config_keys[each].name);
	return status;
}

static int run(struct arguments *arguments)
{
	return settings_run(&config_reset_command, arguments, 1, reset);
}

const struct command config_reset_command = {
	.name = "reset",
	.whole_name = "config reset",
	.words = config_key_words,
	.synopsis = "<key> | --all",
	.summary = "take a value, or all, out of the file",
	.options = options,
	.run = run,
};
