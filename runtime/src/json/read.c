/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/json/json.h"

#include "runtime/src/json/sax.h"
#include "runtime/src/json/stack.h"

struct reader {
	struct tc__sax sax;
	struct tc__json_stack stack;
};

static int fail_twice(struct reader *reader, bool at_end)
{
	struct tc__buffer name = TC__BUFFER(TC__MESSAGE_MAX);

	tc__json_show_name(&name, reader->stack.twice);
	int go_on = tc__sax_fail(&reader->sax, "%s the name %s twice",
		at_end ? "the object that ends here has" : "the object has", tc__buffer_get(&name));
	tc__buffer_clear(&name);
	return go_on;
}

TC__APART static int fail(struct reader *reader, enum tc__json_fault fault, bool at_end)
{
	if (fault == TC__JSON_NO_MEMORY)
		return tc__sax_no_memory(&reader->sax);
	if (fault == TC__JSON_DUPLICATE)
		return fail_twice(reader, at_end);
	return tc__sax_fail(&reader->sax, "longer than 4 GiB");
}

static int on_null(void *context)
{
	struct reader *reader = context;
	enum tc__json_fault fault = tc__json_stack_null(&reader->stack);

	return fault ? fail(reader, fault, false) : 1;
}

static int on_boolean(void *context, int value)
{
	struct reader *reader = context;
	enum tc__json_fault fault = tc__json_stack_bool(&reader->stack, value != 0);

	return fault ? fail(reader, fault, false) : 1;
}

static int on_number(void *context, const char *text, size_t length)
{
	struct reader *reader = context;
	enum tc__json_fault fault =
		tc__json_stack_text(&reader->stack, TC_JSON_NUMBER, text, length);

	return fault ? fail(reader, fault, false) : 1;
}

static int on_string(void *context, const unsigned char *text, size_t length)
{
	struct reader *reader = context;
	enum tc__json_fault fault =
		tc__json_stack_text(&reader->stack, TC_JSON_STRING, (const char *)text, length);

	return fault ? fail(reader, fault, false) : 1;
}

static int on_name(void *context, const unsigned char *text, size_t length)
{
	struct reader *reader = context;
	enum tc__json_fault fault = tc__json_stack_name(&reader->stack, (const char *)text, length);

	return fault ? fail(reader, fault, false) : 1;
}

static int on_start_object(void *context)
{
	struct reader *reader = context;
	enum tc__json_fault fault = tc__json_stack_begin(&reader->stack, TC_JSON_OBJECT);

	return fault ? fail(reader, fault, false) : 1;
}

static int on_start_array(void *context)
{
	struct reader *reader = context;
	enum tc__json_fault fault = tc__json_stack_begin(&reader->stack, TC_JSON_ARRAY);

	return fault ? fail(reader, fault, false) : 1;
}

static int on_end(void *context)
{
	struct reader *reader = context;
	enum tc__json_fault fault = tc__json_stack_end(&reader->stack);

	return fault ? fail(reader, fault, true) : 1;
}

static const struct tc__sax_events events = {
	.null = on_null,
	.boolean = on_boolean,
	.number = on_number,
	.string = on_string,
	.start_object = on_start_object,
	.name = on_name,
	.end_object = on_end,
	.start_array = on_start_array,
	.end_array = on_end,
};

static int read_tree(struct tc__arena *arena, struct tc_json *root, const char *text, size_t length,
	bool mends, tc_error *err)
{
	struct reader reader;

	tc__json_stack_init(&reader.stack, arena);
	int rc = tc__sax_read(&reader.sax, &events, mends, text, length, err);
	if (rc == TC_OK)
		tc__json_stack_take(&reader.stack, root);
	tc__json_stack_clear(&reader.stack);
	return rc;
}

int tc_json_parse(const char *text, size_t length, const tc_json **json, tc_error *err)
{
	return tc_json_read(text, length, 0, json, err);
}

int tc_json_read(
	const char *text, size_t length, unsigned flags, const tc_json **json, tc_error *err)
{
	struct tc__arena arena = { 0 };

	tc_error_clear(err);
	if (!json)
		return tc__fail(err, TC_ERROR_ARGUMENT, "json is NULL");
	*json = NULL;
	if (!text && length)
		return tc__fail(err, TC_ERROR_ARGUMENT, "text is NULL");
	if ((uint64_t)length >= UINT32_MAX)
		return tc__fail(err, TC_ERROR_INPUT, "the text is longer than 4 GiB");
	struct tc_json *root = tc__arena_object(&arena, sizeof *root);
	if (!root)
		return tc__fail_nomem(err);
	int rc = read_tree(&arena, root, text, length, flags & TC_JSON_MEND, err);
	if (rc) {
		tc__arena_clear(&arena);
		return rc;
	}
	tc__arena_seal(&arena, root);
	*json = root;
	return TC_OK;
}
