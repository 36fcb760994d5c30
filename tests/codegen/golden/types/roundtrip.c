/* SPDX-License-Identifier: MPL-2.0 */
/* Reads and writes texts by the generated tables of this case; built and run by test_golden.c. */
#include <stdio.h>
#include <string.h>
#include <taskcluster/kinds_types.h>

struct text {
	const struct tc_type *type;
	const char *text;
};

static const struct text texts[] = {
	{ &tc_kinds_scalars_data_type,
		"{\"text\":\"abc\",\"whole\":0,\"hugeWhole\":-9223372036854775808,\"fraction\":0.5,"
		"\"flag\":false,\"date\":\"2026-01-01T00:00:00Z\",\"fixed\":\"always\",\"version\":2}" },
	{ &tc_kinds_scalars_data_type,
		"{\"text\":\"abc\",\"maybeText\":\"\",\"whole\":49,\"maybeWhole\":10,\"hugeWhole\":1,"
		"\"fraction\":0,\"maybeFraction\":0.5,\"flag\":true,\"maybeFlag\":true,"
		"\"date\":\"2026-01-01T00:00:00Z\",\"regex\":\"(\",\"badPattern\":\"(\","
		"\"choice\":\"quote\\\"back\\\\slash\",\"fixed\":\"always\",\"version\":1,"
		"\"address\":\"::1\",\"idOrNothing\":\"\",\"withDefault\":0}" },
	{ &tc_kinds_compounds_data_type,
		"{\"inner\":{\"a\":\"b\"},\"texts\":[],\"objects\":[{\"b\":1}],\"counts\":{},\"any\":null}" },
	{ &tc_kinds_compounds_data_type,
		"{\"inner\":{\"a\":\"b\"},\"maybeInner\":{\"a\":\"\"},\"texts\":[\"x\",\"y\"],"
		"\"wholes\":[1,2],\"flags\":[true],\"objects\":[{\"b\":1},{\"b\":2}],"
		"\"rows\":[[],[1.5,2]],\"anything\":[null,[]],\"tuple\":[\"a\",1],"
		"\"counts\":{\"a\":1,\"b\":2},\"places\":{\"p\":{\"c\":\"d\"},\"q\":{}},"
		"\"lists\":{\"l\":[\"m\"],\"n\":[]},\"byPattern\":{\"x-a\":\"b\"},\"free\":{\"z\":1},"
		"\"any\":[1],\"yes\":{},\"several\":7,"
		"\"printed\":\"a\\u0000b\",\"printedLines\":[\"\\u0000\"],\"empty\":{},\"open\":{\"d\":\"e\",\"f\":[0]},"
		"\"openWithTaken\":{\"otherMembers\":\"o\",\"p\":null},\"limits\":{\"e\":\"f\"},"
		"\"dependent\":{\"g\":\"h\"}}" },
	{ &tc_kinds_nulls_data_type, "{\"whole\":null,\"object\":null}" },
	{ &tc_kinds_nulls_data_type,
		"{\"text\":null,\"whole\":5,\"object\":{\"a\":\"b\"},\"list\":[\"x\",null],"
		"\"holes\":[null,1],\"answers\":{\"a\":null,\"b\":true},\"choice\":null,"
		"\"nothing\":null,\"free\":null,\"shape\":null}" },
	{ &tc_kinds_nulls_data_type,
		"{\"text\":\"t\",\"whole\":0,\"object\":{},\"list\":null,\"choice\":\"a\","
		"\"free\":{\"g\":1},\"shape\":3}" },
	{ &tc_kinds_shapes_data_type, "{\"kind\":\"circle\",\"radius\":1.5}" },
	{ &tc_kinds_shapes_data_type, "{\"kind\":\"crate\",\"unknown\":\"u\",\"tag\":4}" },
	{ &tc_kinds_shapes_data_type, "{\"kind\":\"m.star-shaped\",\"points\":5}" },
	{ &tc_kinds_shapes_data_type, "{\"kind\":\"blob\",\"size\":[1]}" },
	{ &tc_kinds_by_kind_data_type, "{\"id\":\"a\",\"proof\":{\"document\":\"d\"}}" },
	{ &tc_kinds_by_kind_data_type,
		"{\"id\":1,\"proof\":{\"document\":\"d\",\"signature\":\"s\"},\"numbers\":1.5}" },
	{ &tc_kinds_by_kind_data_type,
		"{\"id\":{\"x\":2},\"proof\":{},\"either\":{\"a\":\"b\"},\"single\":{\"only\":\"o\"}}" },
	{ &tc_kinds_by_kind_data_type, "{\"id\":[\"a\",\"b\"],\"unclear\":{\"a\":1},\"all\":\"x\"}" },
	{ &tc_kinds_tree_data_type,
		"{\"left\":{\"right\":{}},\"children\":[{\"children\":[]}],"
		"\"named\":{\"n\":{\"left\":{}}},\"chain\":[[],[[]]],"
		"\"expression\":{\"not\":{\"not\":\"x\"}}}" },
	{ &tc_kinds_names_data_type,
		"{\"default\":\"d\",\"fooBar\":\"1\",\"foo_bar\":\"2\",\"foo-bar\":3,\"runsCount\":4,"
		"\"runs\":[\"r\"],\"maybe\":null,\"@\":\"at\",\"%20\":\"p\",\"\303\251t\303\251\":\"e\","
		"\"a*/b\":\"c\",\"trailing\\\\\":\"t\",\"something else\":1}" },
	{ &tc_kinds_list_data_type, "[{\"a\":\"b\"}]" },
	{ &tc_kinds_list_data_type, "[]" },
	{ &tc_kinds_names_list_data_type, "[\"a\",\"b\"]" },
	{ &tc_kinds_map_data_type, "{\"k\":{\"value\":1},\"l\":{}}" },
};

static int check(const struct text *text)
{
	tc_error err = TC_ERROR_INIT;
	char *again = NULL;
	void *value = tc_decode(text->type, text->text, strlen(text->text), 0, &err);
	int rc = value ? tc_encode(text->type, value, 0, &again, NULL, &err) : err.code;

	if (rc == TC_OK && strcmp(again, text->text) != 0)
		fprintf(stderr, "%s\nbecame\n%s\n", text->text, again);
	else if (rc != TC_OK)
		fprintf(stderr, "%s\n%s\n", text->text, tc_error_text(&err));
	rc = rc != TC_OK || strcmp(again, text->text) != 0;
	tc_release(again);
	tc_release(value);
	tc_error_clear(&err);
	return rc;
}

int main(void)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		failed += check(&texts[i]);
	return failed != 0;
}
