/* SPDX-License-Identifier: MPL-2.0 */
/* Any bytes as references read at run time: refused with a message that begins with their label, or
 * rows that stay below the root URL, repeat no unknown POST, and read values of any kind. */
#include <stdlib.h>
#include <string.h>
#include <taskcluster/references.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Values for a type that nobody knows, each read and written as its table says. */
static void try_type(const struct tc_type *type)
{
	static const char *const values[] = { "{}", "[]", "[{}]",
		"{\"a\":1,\"b\":\"x\",\"type\":\"a\"}", "\"a\"", "1", "null" };

	for (size_t i = 0; type && i < sizeof values / sizeof *values; i++) {
		char *text = NULL;
		void *value =
			tc_decode(type, values[i], strlen(values[i]), TC_DECODE_LENIENT, NULL);
		if (value &&
			tc_encode(type, value, TC_ENCODE_UNCHECKED, &text, NULL, NULL) == TC_OK)
			tc_release(text);
		if (value)
			tc_check(type, value, NULL);
		tc_release(value);
	}
}

/* Whether "." or ".." is among its segments; more dots are a name like any other. */
static bool climbs(const char *route)
{
	for (; (route = strchr(route, '/')); route++) {
		size_t length = strcspn(route + 1, "/");
		if ((length == 1 || length == 2) && strspn(route + 1, ".") >= length)
			return true;
	}
	return false;
}

static void try_operation(const struct tc_service *service, const struct tc_operation *operation)
{
	require(operation->service == service);
	require(*operation->route == '/' && !climbs(operation->route));
	require(!strpbrk(operation->route, "?#%\\ ") && !strstr(operation->route, "//"));
	if (strcmp(operation->method, "POST") == 0 && !operation->success && !operation->refusals &&
		!operation->wait_ms && strcmp(service->name, "demo") == 0)
		require(operation->retry == TC_RETRY_NEVER);
	try_type(operation->input);
	try_type(operation->output);
}

static void try_service(const struct tc_service *service)
{
	require(!service->base_url && !service->conventions && !service->short_name);
	for (size_t i = 0; i < service->operation_count; i++)
		try_operation(service, &service->operations[i]);
	for (size_t i = 0; i < service->exchange_count; i++)
		try_type(service->exchanges[i].message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tc_error err = TC_ERROR_INIT;
	tc_references *references = NULL;
	size_t count;

	int rc = tc_references_read_text(
		(const char *)data, size, "fuzz.json", NULL, &references, &err);
	require((rc == TC_OK) == (references != NULL));
	require(rc == TC_OK || strncmp(tc_error_text(&err), "fuzz.json", 9) == 0);
	const struct tc_service *const *services = tc_references_services(references, &count);
	for (size_t i = 0; i < count; i++)
		try_service(services[i]);
	tc_references_free(references);
	tc_error_clear(&err);
	return 0;
}
