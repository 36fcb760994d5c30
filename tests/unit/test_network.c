/* SPDX-License-Identifier: MPL-2.0 */
/* A libcurl that lacks something: whatever it cannot do of what was asked for is told by the name
 * of the option, and what it lacks of what was not asked for is no matter. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "tests/harness/test.h"

#include "runtime/src/http/network.h"
#include <dlfcn.h>
#include <stdarg.h>

/* What this libcurl does not know, and what it finds no memory for. */
static CURLoption lacking[2];
static CURLoption starving;

#undef curl_easy_setopt
typedef CURLcode setopt_fn(CURL *easy, CURLoption option, ...);

/* In front of libcurl's own: a long and a pointer are of one size here. */
TC_API CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
	union {
		void *found;
		setopt_fn *setopt;
	} next = { dlsym(RTLD_NEXT, "curl_easy_setopt") };
	va_list values;

	if (option == lacking[0] || option == lacking[1])
		return CURLE_UNKNOWN_OPTION;
	if (option == starving)
		return CURLE_OUT_OF_MEMORY;
	va_start(values, option);
	void *value = va_arg(values, void *);
	va_end(values);
	return next.setopt(easy, option, value);
}

static int set_up(const struct tc__network_options *options, tc_error *err)
{
	struct tc__network *network = tc__network_new(options, err);
	CURL *easy = curl_easy_init();

	assert_non_null(network);
	assert_non_null(easy);
	int rc = tc__network_set_up(network, easy, err);
	curl_easy_cleanup(easy);
	tc__network_free(network);
	return rc;
}

static const char *const resolve[] = { "a:443:10.0.0.1", NULL };

static const struct tc__network_options everything = {
	.http_proxy = "http://p",
	.no_proxy = "a",
	.ca_file = "ca",
	.ca_folder = "folder",
	.client_certificate = "certificate",
	.client_key = "key",
	.client_key_password = "password",
	.pinned_key = "sha256//",
	.interface = "lo",
	.unix_socket = "/socket",
	.resolve = resolve,
	.tls_min = CURL_SSLVERSION_TLSv1_2,
	.http_version = CURL_HTTP_VERSION_2TLS,
};

static void what_it_cannot_do_is_named(void **state)
{
	static const struct {
		CURLoption option;
		const char *text;
	} cases[] = {
		{ CURLOPT_PINNEDPUBLICKEY, "libcurl cannot do this: pinned_key: " },
		{ CURLOPT_CAPATH, "libcurl cannot do this: ca_folder: " },
		{ CURLOPT_SSLCERT, "libcurl cannot do this: client_certificate: " },
		{ CURLOPT_KEYPASSWD, "libcurl cannot do this: client_key_password: " },
		{ CURLOPT_INTERFACE, "libcurl cannot do this: interface: " },
		{ CURLOPT_UNIX_SOCKET_PATH, "libcurl cannot do this: unix_socket: " },
		{ CURLOPT_RESOLVE, "libcurl cannot do this: resolve: " },
		{ CURLOPT_HTTP_VERSION, "libcurl cannot do this: http_version: " },
		{ CURLOPT_SSLVERSION, "libcurl cannot do this: tls_min: " },
	};
	tc_error err = TC_ERROR_INIT;

	(void)state;
	assert_ok(set_up(&everything, &err), &err);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		lacking[0] = cases[i].option;
		assert_int_equal(set_up(&everything, &err), TC_ERROR_SYSTEM);
		assert_failure(&err, TC_ERROR_SYSTEM, cases[i].text);
	}
	lacking[0] = CURLOPTTYPE_LONG;
}

static void what_nobody_asked_for_may_be_lacking(void **state)
{
	const struct tc__network_options nothing = { .tls_min = CURL_SSLVERSION_TLSv1_2 };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	lacking[0] = CURLOPT_PROXY_CAINFO;
	lacking[1] = CURLOPT_PROXY_CAPATH;
	assert_ok(set_up(&everything, &err), &err);
	lacking[0] = CURLOPT_UNIX_SOCKET_PATH;
	lacking[1] = CURLOPT_PINNEDPUBLICKEY;
	assert_ok(set_up(&nothing, &err), &err);
	lacking[0] = lacking[1] = CURLOPTTYPE_LONG;
}

static void memory_that_ends_is_told_as_that(void **state)
{
	static const CURLoption options[] = { CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY,
		CURLOPT_SSLKEY };
	tc_error err = TC_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		starving = options[i];
		assert_int_equal(set_up(&everything, &err), TC_ERROR_NOMEM);
		tc_error_clear(&err);
	}
	starving = CURLOPTTYPE_LONG;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_cannot_do_is_named),
		cmocka_unit_test(what_nobody_asked_for_may_be_lacking),
		cmocka_unit_test(memory_that_ends_is_told_as_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
