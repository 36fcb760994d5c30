/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What PCRE2 would read otherwise than ECMAScript is named, with file and pointer: of schemas as a
 * warning, and then the pattern is no rule, or where only line ends and blanks of Unicode differ,
 * it is one. (Of references' own patterns it is an error: tests/codegen/bad.)
 */
#include "program.h"

#include "runtime/src/base/buffer.h"
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *pattern;   /* as JSON has it */
	const char *construct; /* NULL: both read it alike */
	bool slight;
} cases[] = {
	{ "^[A-Za-z0-9_-]{22}$", NULL, false },
	{ "^(a|b)+?c*?d??$", NULL, false },
	{ "(?:a)(?=b)(?!c)(?<=d)(?<!e)(?<f>g)\\\\k<f>", NULL, false },
	{ "[.]\\\\.[\\\\w\\\\d\\\\b][^\\\\]]\\\\x41\\\\u0041\\\\x4\\\\[[:]", NULL, false },
	{ "[^]|[]|]|{|x{,3}|\\\\++|[+]+|(a)|b\\\\1", NULL, false },
	{ "a{2}?b{2,}c{,2}+|}+", NULL, false },
	{ "^refs/.*$", ".", true },
	{ "a\\\\sb", "\\s", true },
	{ "a[^\\\\S/]b", "\\S", true },
	{ "a\\\\vb", "\\v", false },
	{ ".\\\\hb", "\\h", false },
	{ "[a\\\\H]", "\\H", false },
	{ "\\\\e\\\\a", "\\e", false },
	{ "\\\\a", "\\a", false },
	{ "\\\\R", "\\R", false },
	{ "\\\\N", "\\N", false },
	{ "a\\\\Kb", "\\K", false },
	{ "\\\\Qa.b", "\\Q", false },
	{ "\\\\Aa\\\\z", "\\A", false },
	{ "a\\\\z", "\\z", false },
	{ "a\\\\Z", "\\Z", false },
	{ "\\\\pL", "\\p", false },
	{ "^[[:alpha:]]$", "[:", false },
	{ "(?i)a", "(?i", false },
	{ "(?>a)", "(?>", false },
	{ "a++b", "++", false },
	{ "a{2,3}+b", "{2,3}+", false },
	{ "(*UTF)a", "(*U", false },
};
#define COUNT (sizeof cases / sizeof *cases)

static const char *bundle(const char *folder)
{
	const char *path = format("%s/bundle.json", folder);
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 2);

	tc__buffer_text(&text,
		"[{\"filename\":\"references/demo/v1/api.json\",\"content\":{\"$schema\":"
		"\"/schemas/common/"
		"api-reference-v0.json#\",\"serviceName\":\"demo\",\"apiVersion\":"
		"\"v1\",\"entries\":[{\"type\":\"function\",\"name\":\"f\",\"method\":\"post\","
		"\"route\":\"/f\",\"args\":[],\"input\":\"v1/a.json#\"}]}},{\"filename\":"
		"\"schemas/demo/v1/a.json\",\"content\":{\"type\":\"object\",\"properties\":{");
	for (size_t i = 0; i < COUNT; i++)
		tc__buffer_printf(&text, "%s\"p%zu\":{\"type\":\"string\",\"pattern\":\"%s\"}",
			i ? "," : "", i, cases[i].pattern);
	tc__buffer_text(&text, "}}}]");
	assert_false(tc__buffer_failed(&text));
	write_file(path, text.data);
	tc__buffer_clear(&text);
	return path;
}

static void check(size_t i, const char *said, const char *header, const char *source)
{
	const char *construct = cases[i].construct;
	const char *place = format("/demo/v1/a.json: /properties/p%zu/pattern: has ", i);
	const char *line = strstr(said, place);

	if (!construct) {
		if (line)
			fail_msg("%s: %s", cases[i].pattern, line);
		return;
	}
	const char *note = format("Not checked: a pattern with %s, ", construct);
	bool noted = strstr(header, note),
	     ruled = strstr(source, format("\"%s\"", cases[i].pattern));
	if (!line || strncmp(line + strlen(place), construct, strlen(construct)) != 0)
		fail_msg(
			"%s: expected %s, got %s", cases[i].pattern, construct, line ? line : said);
	if (cases[i].slight ? noted || !ruled : !noted || ruled)
		fail_msg("%s: noted %d, a rule %d", cases[i].pattern, noted, ruled);
}

static void differences_are_named(void **state)
{
	const char *out = format("%s/out", (const char *)*state);
	struct program_result result = program_codegen(
		(const char *[]){ "--references", bundle(*state), "--out", out, NULL });

	if (result.status != 0)
		fail_msg("%s", result.err);
	char *header = tc_test_read_file(format("%s/include/taskcluster/demo_types.h", out), NULL);
	char *source = tc_test_read_file(format("%s/src/demo_types.c", out), NULL);
	for (size_t i = 0; i < COUNT; i++)
		check(i, result.err, header, source);
	assert_null(strstr(header, "a pattern that is none here"));
	free(header);
	free(source);
	program_clear(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(differences_are_named, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
