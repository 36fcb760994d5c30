/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "runtime/src/http/address.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static const char *const closed[] = { "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255",
	"100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.1",
	"169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
	"192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.9",
	"203.0.113.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::7f00:1", "::8.8.8.8", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fdff::1",
	"ff02::1", "ff0e::1", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:1ff::1",
	"2001:db8::1", "3fff::1", "5f00::1", "4000::1", "64:ff9b:1::8.8.8.8", "::ffff:127.0.0.1",
	"::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:8.8.8.8", "64:ff9b::127.0.0.1",
	"64:ff9b::192.168.1.1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1",
	"2002:a9fe:a9fe::" };

static const char *const open[] = { "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0",
	"100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255",
	"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.0.3.1", "192.167.255.255",
	"192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.1", "203.0.114.1",
	"223.255.255.255", "2000::1", "2001:200::1", "2001:4860:4860::8888", "2600::1", "2a00::1",
	"3ffe::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1" };

static bool judge(const char *text)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };
	bool is_public;

	if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1) {
		is_public = tc__address_is_public((const struct sockaddr *)&ipv4);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &ipv6.sin6_addr), 1);
		is_public = tc__address_is_public((const struct sockaddr *)&ipv6);
	}
	assert_int_equal(tc__address_text_is_public(text), is_public);
	return is_public;
}

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
		if (judge(closed[i]))
			fail_msg("%s is taken for public", closed[i]);
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		if (!judge(open[i]))
			fail_msg("%s is not taken for public", open[i]);
}

static void test_what_is_no_address(void **state)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };

	(void)state;
	assert_false(tc__address_is_public((const struct sockaddr *)&local));
	assert_false(tc__address_text_is_public(""));
	assert_false(tc__address_text_is_public("8.8.8"));
	assert_false(tc__address_text_is_public("example.com"));
}

static void test_addresses_as_text(void **state)
{
	static const char *const are[] = { "127.0.0.1", "::1", "fe80::1%eth0",
		"2001:db8:1111:2222:3333:4444:255.255.255.255" };
	static const char *const are_not[] = { "", "%", "1.2.3", "127.0.0.1%lo", "eth0", "eth0:1",
		"a.test", "[::1]", "%eth0",
		"2001:db8:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa" };

	(void)state;
	for (size_t i = 0; i < sizeof are / sizeof *are; i++)
		assert_true(tc__is_address(are[i]));
	for (size_t i = 0; i < sizeof are_not / sizeof *are_not; i++)
		assert_false(tc__is_address(are_not[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_what_is_no_address),
		cmocka_unit_test(test_addresses_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
