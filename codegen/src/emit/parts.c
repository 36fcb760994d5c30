/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/emit/parts.h"

#include "codegen/src/emit/emit.h"
#include <string.h>

struct upper emit_upper(const char *c_name)
{
	struct upper result = { { 0 } };

	for (size_t i = 0; c_name[i] && i < sizeof result.text - 1; i++) {
		char c = c_name[i];
		result.text[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	return result;
}

void emit_mark(struct tc__buffer *out, const struct service *service)
{
	tc__buffer_text(
		out, "/* " EMIT_MARK "; do not edit. SPDX-License-Identifier: MPL-2.0 */\n");
	if (service && service->api)
		tc__buffer_printf(out, "/* from %s */\n", service->api->name);
	if (service && service->events)
		tc__buffer_printf(out, "/* from %s */\n", service->events->name);
}

/* A comment as lines that begin with the indent and " * ": its first becomes the opening. */
static void open_and_close(struct tc__buffer *out, size_t begin, size_t indent)
{
	if (tc__buffer_failed(out) || out->length == begin)
		return;
	out->data[begin + indent] = '/';
	size_t line = out->length - 1, columns = 0;
	while (line > begin && out->data[line - 1] != '\n')
		line--;
	for (size_t i = line; i < out->length - 1; i++)
		columns += out->data[i] == '\t' ? 8 : 1;
	if (columns + 3 <= PROSE_WIDTH)
		tc__buffer_truncate(out, out->length - 1);
	else
		tc__buffer_printf(out, "%.*s", (int)indent, "\t\t\t\t");
	tc__buffer_text(out, " */\n");
}

void emit_comment(struct tc__buffer *out, const char *indent, const char *prose, const char *facts)
{
	char prefix[16] = { 0 };
	size_t begin = out->length, length = strlen(indent);

	memcpy(prefix, indent, length);
	memcpy(prefix + length, " * ", 3);
	prose_comment(out, prefix, prose);
	prose_comment_lines(out, prefix, facts);
	open_and_close(out, begin, length);
}

void emit_header_begin(struct tc__buffer *out, const char *guard, const char *include)
{
	tc__buffer_printf(
		out, "#ifndef TASKCLUSTER_%s_H\n#define TASKCLUSTER_%s_H\n\n", guard, guard);
	tc__buffer_printf(out, "#include <taskcluster/%s>\n\n", include);
	tc__buffer_text(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
}

void emit_header_end(struct tc__buffer *out)
{
	tc__buffer_text(out, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
