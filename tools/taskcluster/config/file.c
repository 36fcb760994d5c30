/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/file.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/one_of.h"
#include "tools/taskcluster/text/suggest.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody's configuration is as long. */
#define TEXT_MAX ((size_t)1 << 20)

static const char *home(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user = home && *home ? NULL : getpwuid(getuid());

	return user ? user->pw_dir : home;
}

void config_file_find(struct config_file *file)
{
	const char *folder = getenv("XDG_CONFIG_HOME");
	const char *between = "";
	int length;

	if (!folder || !*folder) {
		folder = home();
		between = "/.config";
	}
	if (!folder || !*folder)
		return;
	length = snprintf(file->path, sizeof file->path, "%s%s/taskcluster.yml", folder, between);
	if (length < 0 || (size_t)length >= sizeof file->path)
		file->path[0] = '\0';
}

static int wrong_syntax(const struct config_file *file, const yaml_parser_t *parser)
{
	if (file->quiet)
		return STATUS_USAGE;
	return usage_error("%s: line %zu: %s", file->path, parser->problem_mark.line + 1,
		parser->problem ? parser->problem : "this is no YAML");
}

static int wrong(const struct config_file *file, const yaml_node_t *node, const char *problem)
{
	if (file->quiet)
		return STATUS_USAGE;
	return usage_error("%s: line %zu: %s", file->path, node->start_mark.line + 1, problem);
}

/* A scalar's text; NULL for one that says null, or for text with a NUL byte in it. */
static const char *text_of(const yaml_node_t *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	const char *text = (const char *)node->data.scalar.value;

	if (strlen(text) != node->data.scalar.length)
		return NULL;
	if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && text_is_one_of(text, nulls))
		return NULL;
	return *text ? text : NULL;
}

/* Whether a node is a scalar that says nothing: null, or "". */
static bool is_nothing(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && !text_of(node);
}

static int read_scopes(struct config_file *file, yaml_node_t *node)
{
	if (is_nothing(node))
		return 0;
	if (node->type != YAML_SEQUENCE_NODE)
		return wrong(file, node, "config.authorizedScopes must be a list of scopes");
	yaml_node_item_t *first = node->data.sequence.items.start;
	size_t count = (size_t)(node->data.sequence.items.top - first);
	free(file->scopes); /* the last of two wins, as for the other keys */
	file->scopes = calloc(count + 1, sizeof *file->scopes);
	if (!file->scopes)
		return failure("memory ended");
	for (size_t i = 0; i < count; i++) {
		const yaml_node_t *item = yaml_document_get_node(&file->document, first[i]);
		if (item->type != YAML_SCALAR_NODE || !text_of(item))
			return wrong(file, item, "a scope in config.authorizedScopes must be text");
		file->scopes[i] = text_of(item);
	}
	file->scope_count = count;
	file->narrowed = true;
	return 0;
}

static int unknown_key(const struct config_file *file, const yaml_node_t *key)
{
	const char *name = (const char *)key->data.scalar.value;
	struct suggestion nearest = suggest_for(name);

	if (file->told)
		return 0;
	for (size_t i = 0; i < CONFIG_KEYS; i++)
		suggest_consider(&nearest, config_keys[i].name);
	complain("warning: %s: line %zu: unknown key config.%s%s%s", file->path,
		key->start_mark.line + 1, name, nearest.name ? "; did you mean " : "",
		nearest.name ? nearest.name : "");
	return 0;
}

static int read_entry(struct config_file *file, const yaml_node_t *key, yaml_node_t *value)
{
	char problem[128];

	if (key->type != YAML_SCALAR_NODE)
		return wrong(file, key, "a key of config must be text");
	enum config_key known = config_key_find((const char *)key->data.scalar.value);
	if (known == CONFIG_KEYS)
		return unknown_key(file, key);
	if (known == CONFIG_SCOPES)
		return read_scopes(file, value);
	snprintf(problem, sizeof problem, "config.%s must be text%s", config_keys[known].name,
		known == CONFIG_CERTIFICATE ? " (JSON in quotes)" : "");
	if (value->type != YAML_SCALAR_NODE)
		return wrong(file, value, problem);
	file->values[known] = text_of(value);
	return 0;
}

static int read_section(struct config_file *file, yaml_node_t *section)
{
	int status = 0;

	if (is_nothing(section))
		return 0;
	if (section->type != YAML_MAPPING_NODE)
		return wrong(file, section, "config must be a mapping of names to values");
	for (yaml_node_pair_t *pair = section->data.mapping.pairs.start;
		pair < section->data.mapping.pairs.top && status == 0; pair++)
		status = read_entry(file, yaml_document_get_node(&file->document, pair->key),
			yaml_document_get_node(&file->document, pair->value));
	return status;
}

static int read_document(struct config_file *file)
{
	yaml_node_t *root = yaml_document_get_root_node(&file->document);

	if (!root || is_nothing(root))
		return 0;
	if (root->type != YAML_MAPPING_NODE)
		return wrong(file, root, "expected a mapping with `config:` in it");
	yaml_node_t *section = NULL; /* the last of two, as for its keys */
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start;
		pair < root->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(&file->document, pair->key);
		if (key->type == YAML_SCALAR_NODE &&
			strcmp((const char *)key->data.scalar.value, "config") == 0)
			section = yaml_document_get_node(&file->document, pair->value);
	}
	return section ? read_section(file, section) : 0;
}

/* The official client writes the file for everybody to read, so that this cannot be an error; and
 * who is told it in a script cannot do anything about it there. */
static void warn_of_readers(const struct config_file *file, FILE *stream)
{
	struct stat found;

	if (file->values[CONFIG_ACCESS_TOKEN] && isatty(STDERR_FILENO) &&
		fstat(fileno(stream), &found) == 0 && (found.st_mode & 077))
		complain("warning: %s holds an access token and others may open it: chmod 600 it",
			file->path);
}

static void forget(struct config_file *file)
{
	if (file->loaded)
		yaml_document_delete(&file->document);
	file->loaded = false;
	free(file->scopes);
	file->scopes = NULL;
	file->scope_count = 0;
	file->narrowed = false;
	memset(file->values, 0, sizeof file->values);
	free(file->text);
	file->text = NULL;
	file->length = 0;
}

int config_file_take(struct config_file *file, char *text, size_t length)
{
	yaml_parser_t parser;

	forget(file);
	file->text = text;
	file->length = length;
	if (!yaml_parser_initialize(&parser))
		return failure("memory ended");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	file->loaded = yaml_parser_load(&parser, &file->document);
	int status = file->loaded ? read_document(file) : wrong_syntax(file, &parser);
	yaml_parser_delete(&parser);
	return status;
}

static int read_text(const struct config_file *file, FILE *stream, char **text, size_t *length)
{
	*text = malloc(TEXT_MAX + 1);
	if (!*text)
		return failure("memory ended");
	*length = fread(*text, 1, TEXT_MAX + 1, stream);
	int status = 0;
	if (ferror(stream))
		status = usage_error("%s: %s", file->path, strerror(errno));
	else if (*length > TEXT_MAX)
		status = usage_error("%s is over 1 MiB, and no configuration", file->path);
	if (status != 0)
		free(*text);
	else
		(*text)[*length] = '\0';
	return status;
}

int config_file_read(struct config_file *file)
{
	size_t length = 0;
	char *text = NULL;

	forget(file);
	if (!file->path[0])
		return 0;
	FILE *stream = fopen(file->path, "re");
	if (!stream && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!stream)
		return usage_error("%s: %s", file->path, strerror(errno));
	int status = read_text(file, stream, &text, &length);
	if (status == 0)
		status = config_file_take(file, text, length);
	if (status == 0)
		warn_of_readers(file, stream);
	file->told = true;
	fclose(stream);
	return status;
}

const char *config_file_value(const struct config_file *file, enum config_key key)
{
	const char *value = variable(config_keys[key].variable);

	return value ? value : file->values[key];
}

void config_file_free(struct config_file *file)
{
	forget(file);
	*file = (struct config_file){ .loaded = false };
}
