/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/config/entry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

/* An entry, and what is around it. */
#define ENTRY_MAX ((size_t)1 << 20)

bool config_value_is_absent(const struct config_value *value)
{
	return !value->text && !value->scopes;
}

/* Whether a plain scalar would be something else than a text: YAML 1.1 has many words for truth,
 * and numbers and dates with signs, points, colons and lines in them. */
static bool looks_otherwise(const char *text)
{
	static const char *const words[] = { "", "~", "null", "true", "false", "yes", "no", "y",
		"n", "on", "off", "<<", ".inf", ".nan" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return strchr("+-.0123456789", *text) &&
		strspn(text, "+-.:_0123456789abcdefABCDEFoxTZ") == strlen(text);
}

static bool emit_text(yaml_emitter_t *emitter, const char *text)
{
	yaml_event_t event;
	bool quoted = looks_otherwise(text) || strchr(text, '\n');

	return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
		       (int)strlen(text), 1, 1,
		       quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE) &&
		yaml_emitter_emit(emitter, &event);
}

static bool emit_null(yaml_emitter_t *emitter)
{
	yaml_event_t event;

	return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)"null", 4, 1,
		       0, YAML_PLAIN_SCALAR_STYLE) &&
		yaml_emitter_emit(emitter, &event);
}

static bool emit_scopes(yaml_emitter_t *emitter, const struct config_value *value)
{
	yaml_event_t event;
	bool good = yaml_sequence_start_event_initialize(
			    &event, NULL, NULL, 1, YAML_ANY_SEQUENCE_STYLE) &&
		yaml_emitter_emit(emitter, &event);

	for (size_t i = 0; good && i < value->scope_count; i++)
		good = emit_text(emitter, value->scopes[i]);
	return good && yaml_sequence_end_event_initialize(&event) &&
		yaml_emitter_emit(emitter, &event);
}

static bool emit_value(yaml_emitter_t *emitter, const struct config_value *value)
{
	if (value->text)
		return emit_text(emitter, value->text);
	return value->scopes ? emit_scopes(emitter, value) : emit_null(emitter);
}

static bool emit_document(yaml_emitter_t *emitter, const struct config_value *value, bool flow)
{
	yaml_event_t event;

	return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
		yaml_emitter_emit(emitter, &event) &&
		yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) &&
		yaml_emitter_emit(emitter, &event) &&
		yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
			flow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE) &&
		yaml_emitter_emit(emitter, &event) &&
		emit_text(emitter, config_keys[value->key].name) && emit_value(emitter, value) &&
		yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event) &&
		yaml_document_end_event_initialize(&event, 1) &&
		yaml_emitter_emit(emitter, &event) && yaml_stream_end_event_initialize(&event) &&
		yaml_emitter_emit(emitter, &event);
}

/* Without what is around it: line ends, and braces. */
static void trim(char *text, size_t length, bool flow)
{
	size_t begin = flow ? 1 : 0;

	while (length && (text[length - 1] == '\n' || text[length - 1] == ' '))
		length--;
	length -= flow;
	memmove(text, text + begin, length - begin);
	text[length - begin] = '\0';
}

char *config_entry(const struct config_value *value, bool flow)
{
	yaml_emitter_t emitter;
	size_t length = 0;
	char *text = malloc(ENTRY_MAX + 1);

	if (!text || !yaml_emitter_initialize(&emitter)) {
		free(text);
		return NULL;
	}
	yaml_emitter_set_output_string(&emitter, (unsigned char *)text, ENTRY_MAX, &length);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, -1);
	bool good = emit_document(&emitter, value, flow);
	yaml_emitter_delete(&emitter);
	if (!good) {
		free(text);
		return NULL;
	}
	trim(text, length, flow);
	return text;
}
