/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/save.h"
#include "tools/taskcluster/settings/parts.h"
#include "tools/taskcluster/settings/settings.h"
#include "tools/taskcluster/shared/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is absent is shown as the official client has it. */
static struct config_value shown_value(const struct settings *settings, enum config_key key)
{
	struct config_value value = settings_value(settings, key);

	if (!value.text && key != CONFIG_SCOPES && key != CONFIG_CERTIFICATE)
		value.text = "";
	return value;
}

/* Of all values on a terminal, which others may see or a screen's history keep. */
static bool is_masked(const struct settings *settings, const struct config_value *value)
{
	return value->key == CONFIG_ACCESS_TOKEN && *value->text && !settings->show &&
		!settings->output && isatty(STDOUT_FILENO);
}

static struct config_value one_of_all(const struct settings *settings, enum config_key key)
{
	struct config_value value = shown_value(settings, key);

	if (is_masked(settings, &value))
		value.text = SETTINGS_MASK;
	return value;
}

/* ---- JSON ---- */

static void add_value(tc_json_builder *json, const struct config_value *value)
{
	if (!value->scopes) {
		tc_json_add_string(json, value->text);
		return;
	}
	tc_json_add_array(json);
	for (size_t i = 0; i < value->scope_count; i++)
		tc_json_add_string(json, value->scopes[i]);
	tc_json_end(json);
}

static void add_all(const struct settings *settings, tc_json_builder *json)
{
	tc_json_add_object(json);
	tc_json_add_name(json, "config");
	tc_json_add_object(json);
	for (unsigned key = 0; key < CONFIG_KEYS; key++) {
		struct config_value value = one_of_all(settings, (enum config_key)key);
		tc_json_add_name(json, config_keys[key].name);
		add_value(json, &value);
	}
	tc_json_end(json);
	tc_json_end(json);
}

static int write_json(FILE *out, tc_json_builder *builder)
{
	const tc_json *json = NULL;
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;
	size_t length;
	int status = 0;

	if (tc_json_build(builder, &json, &err) == TC_OK &&
		tc_json_write(json, TC_JSON_PRETTY, &text, &length, &err) == TC_OK)
		fwrite(text, 1, length - (text[length - 1] == '\n'), out);
	else
		status = failure("%s", tc_error_text(&err));
	tc_release(text);
	tc_release(json);
	tc_error_clear(&err);
	return status;
}

static int print_json(const struct settings *settings, enum config_key key, FILE *out)
{
	tc_json_builder *json = tc_json_builder_new();

	if (key == CONFIG_KEYS) {
		add_all(settings, json);
	} else {
		struct config_value value = shown_value(settings, key);
		add_value(json, &value);
	}
	int status = write_json(out, json);
	/* programs get the bytes of the official client, which has no line end here */
	if (status == 0 && !settings->output && isatty(STDOUT_FILENO))
		putc('\n', out);
	return status;
}

/* ---- YAML ---- */

static int print_entry(const struct config_value *value, FILE *out)
{
	char *entry = config_entry(value, false);

	if (!entry)
		return failure("memory ended");
	for (const char *line = entry; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		fprintf(out, "  %.*s\n", (int)strcspn(line, "\n"), line);
	}
	free(entry);
	return 0;
}

static int print_yaml(const struct settings *settings, enum config_key key, FILE *out)
{
	int status = 0;

	if (key != CONFIG_KEYS) {
		struct config_value value = shown_value(settings, key);
		return settings_print_value(&value, false, out);
	}
	fputs("config:\n", out);
	for (unsigned each = 0; each < CONFIG_KEYS && status == 0; each++) {
		struct config_value value = one_of_all(settings, (enum config_key)each);
		status = print_entry(&value, out);
	}
	return status;
}

/* ---- where to ---- */

static int print_to(const struct settings *settings, enum config_key key, FILE *out)
{
	return settings->json ? print_json(settings, key, out) : print_yaml(settings, key, out);
}

/* A device or a pipe cannot be replaced by a file, and is written to. */
static int write_to(const char *path, const char *text, size_t length)
{
	struct output output;
	struct stat present;

	if (stat(path, &present) != 0 || S_ISREG(present.st_mode) || S_ISDIR(present.st_mode))
		return save_for_user(path, text, length);
	int status = output_open(&output, path);
	if (status == 0)
		status = output_write(&output, text, length);
	output_close(&output);
	return status;
}

/* One value (`config get`) or, with CONFIG_KEYS, all. The exit status. */
static int print_values(const struct settings *settings, enum config_key key)
{
	char *text = NULL;
	size_t length;

	if (!settings->output)
		return print_to(settings, key, stdout);
	FILE *out = open_memstream(&text, &length);
	if (!out)
		return failure("memory ended");
	int status = print_to(settings, key, out);
	if (fclose(out) != 0 && status == 0)
		status = failure("memory ended");
	if (status == 0)
		status = write_to(settings->output, text, length);
	free(text);
	return status;
}

/* ---- the commands ---- */

#define FORMAT_OPTION \
	{ \
		"format", 'f', "yaml|json", "how values are written; yaml" \
	}
#define OUTPUT_OPTION \
	{ \
		"output", 'o', "FILE", \
			"write them to this file, for you alone, with the token; - is standard " \
			"output" \
	}

static const struct option all_options[] = {
	FORMAT_OPTION,
	OUTPUT_OPTION,
	{ "show", SETTINGS_SHOW, NULL, "the access token, too, on a terminal" },
	{ NULL, 0, NULL, NULL },
};

static const struct option one_options[] = {
	FORMAT_OPTION,
	OUTPUT_OPTION,
	{ NULL, 0, NULL, NULL },
};

static int print_asked(struct settings *settings)
{
	enum config_key key = CONFIG_KEYS;
	int status = settings->count == 1 ? settings_key(settings->words[0], &key) : 0;

	return status == 0 ? print_values(settings, key) : status;
}

static int print_one(struct settings *settings)
{
	if (settings->count == 0)
		return usage_error("which key? `taskcluster config help` lists them");
	return print_asked(settings);
}

static int run_get(struct arguments *arguments)
{
	return settings_run(&config_get_command, arguments, 1, print_one);
}

static int run_all(struct arguments *arguments)
{
	return settings_run(&config_command, arguments, 1, print_asked);
}

const struct command config_get_command = {
	.name = "get",
	.whole_name = "config get",
	.words = config_key_words,
	.synopsis = "<key>",
	.summary = "print a value, be it a secret",
	.options = one_options,
	.run = run_get,
};

static const struct command *const parts[] = { &config_get_command, &config_set_command,
	&config_reset_command, &config_help_command, NULL };

const struct command config_command = {
	.name = "config",
	.synopsis = "[get|set|reset|help …]",
	.summary = "show and change the configuration",
	.details =
		"Without a command all values are printed that count: of the environment, else of "
		"the file, $XDG_CONFIG_HOME/taskcluster.yml or ~/.config/taskcluster.yml. On a "
		"terminal the access token is hidden.",
	.options = all_options,
	.run = run_all,
	.parts = parts,
};
