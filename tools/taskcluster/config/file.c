/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/file.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/suggest.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const keys[] = { "rootUrl", "clientId", "accessToken", "certificate",
	"authorizedScopes" };

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
	return usage_error("%s: line %zu: %s", file->path, parser->problem_mark.line + 1,
		parser->problem ? parser->problem : "this is no YAML");
}

static int wrong(const struct config_file *file, const yaml_node_t *node, const char *problem)
{
	return usage_error("%s: line %zu: %s", file->path, node->start_mark.line + 1, problem);
}

/* A scalar's text; NULL for one that says null, or for text with a NUL byte in it. */
static const char *text_of(const yaml_node_t *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	const char *text = (const char *)node->data.scalar.value;

	if (strlen(text) != node->data.scalar.length)
		return NULL;
	for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
		if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
			strcmp(text, nulls[i]) == 0)
			return NULL;
	return *text ? text : NULL;
}

static int read_scopes(struct config_file *file, yaml_node_t *node)
{
	if (node->type == YAML_SCALAR_NODE && !text_of(node))
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

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		suggest_consider(&nearest, keys[i]);
	complain("warning: %s: line %zu: unknown key config.%s%s%s", file->path,
		key->start_mark.line + 1, name, nearest.name ? "; did you mean " : "",
		nearest.name ? nearest.name : "");
	return 0;
}

static int read_entry(struct config_file *file, const yaml_node_t *key, yaml_node_t *value)
{
	const char **texts[] = { &file->root_url, &file->client_id, &file->access_token,
		&file->certificate };

	if (key->type != YAML_SCALAR_NODE)
		return wrong(file, key, "a key of config must be text");
	const char *name = (const char *)key->data.scalar.value;
	if (strcmp(name, "authorizedScopes") == 0)
		return read_scopes(file, value);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char problem[128];
		if (strcmp(name, keys[i]) != 0)
			continue;
		snprintf(problem, sizeof problem, "config.%s must be text%s", name,
			i == 3 ? " (JSON in quotes)" : "");
		if (value->type != YAML_SCALAR_NODE)
			return wrong(file, value, problem);
		*texts[i] = text_of(value);
		return 0;
	}
	return unknown_key(file, key);
}

static int read_section(struct config_file *file, yaml_node_t *section)
{
	int status = 0;

	if (section->type == YAML_SCALAR_NODE && !text_of(section))
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

	if (!root || (root->type == YAML_SCALAR_NODE && !text_of(root)))
		return 0;
	if (root->type != YAML_MAPPING_NODE)
		return wrong(file, root, "expected a mapping with `config:` in it");
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start;
		pair < root->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(&file->document, pair->key);
		if (key->type == YAML_SCALAR_NODE &&
			strcmp((const char *)key->data.scalar.value, "config") == 0)
			return read_section(
				file, yaml_document_get_node(&file->document, pair->value));
	}
	return 0;
}

/* The official client writes the file for everybody to read, so that this cannot be an error. */
static void warn_of_readers(const struct config_file *file, FILE *stream)
{
	struct stat found;

	if (file->access_token && fstat(fileno(stream), &found) == 0 && (found.st_mode & 077))
		complain("warning: %s holds an access token and others may open it: chmod 600 it",
			file->path);
}

int config_file_read(struct config_file *file)
{
	yaml_parser_t parser;
	FILE *stream;
	int status;

	if (!file->path[0])
		return 0;
	stream = fopen(file->path, "re");
	if (!stream && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!stream)
		return usage_error("%s: %s", file->path, strerror(errno));
	if (!yaml_parser_initialize(&parser)) {
		fclose(stream);
		return failure("memory ended");
	}
	yaml_parser_set_input_file(&parser, stream);
	file->loaded = yaml_parser_load(&parser, &file->document);
	status = file->loaded ? read_document(file) : wrong_syntax(file, &parser);
	if (status == 0)
		warn_of_readers(file, stream);
	yaml_parser_delete(&parser);
	fclose(stream);
	return status;
}

void config_file_free(struct config_file *file)
{
	if (file->loaded)
		yaml_document_delete(&file->document);
	free(file->scopes);
	*file = (struct config_file){ .loaded = false };
}
