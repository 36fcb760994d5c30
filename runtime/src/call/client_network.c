/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/call/client_network.h"

#include "runtime/src/base/ascii.h"
#include "runtime/src/base/error.h"
#include "runtime/src/common/url.h"
#include "runtime/src/http/address.h"
#include "runtime/src/http/request.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HOST_MAX 255
#define PATH_SIZE 4096
#define HOST_CONNECTIONS_MAX 100000

/* ---- texts ---- */

int tc__client_check_text(const char *name, const char *value, tc_error *err)
{
	if (value && !*value)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is empty", name);
	if (value && !tc__is_field_value(value))
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s has control characters", name);
	return TC_OK;
}

static int check_texts(const struct tc_options *options, tc_error *err)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{ "ca_file", options->ca_file },
		{ "ca_folder", options->ca_folder },
		{ "pinned_key", options->pinned_key },
		{ "client_certificate", options->client_certificate },
		{ "client_key", options->client_key },
		{ "http_proxy", options->http_proxy },
		{ "no_proxy", options->no_proxy },
		{ "interface", options->interface },
		{ "unix_socket", options->unix_socket },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int rc = tc__client_check_text(texts[i].name, texts[i].value, err);
		if (rc != TC_OK)
			return rc;
	}
	return TC_OK;
}

static int check_http_proxy(const char *proxy, tc_error *err)
{
	int rc = proxy ? tc__url_check_proxy(proxy, err) : TC_OK;

	if (rc != TC_OK)
		tc_error_prefix(err, "http_proxy");
	return rc;
}

static int check_unix_socket(const struct tc_options *options, tc_error *err)
{
	const struct sockaddr_un *address = NULL;

	if (!options->unix_socket)
		return TC_OK;
	if (options->http_proxy)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"unix_socket and http_proxy are both given; expected one way");
	if (strlen(options->unix_socket) >= sizeof address->sun_path)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"unix_socket has %zu bytes; expected a path of at most %zu",
			strlen(options->unix_socket), sizeof address->sun_path - 1);
	return TC_OK;
}

/* "eth0", an address, or libcurl's "if!eth0" and "host!10.0.0.1": of what is longer libcurl says
 * nothing, and goes out by any. */
static int check_interface(const char *interface, tc_error *err)
{
	if (!interface)
		return TC_OK;
	if (strlen(interface) > TC__INTERFACE_MAX)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"interface has %zu bytes; expected an interface or an address of at most "
			"%d",
			strlen(interface), TC__INTERFACE_MAX);
	if (strncmp(interface, "host!", 5) == 0 && !tc__is_address(interface + 5))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"interface has \"%s\"; expected an address behind \"host!\"", interface);
	return TC_OK;
}

/* "sha256//" and 32 bytes in base64 */
static bool is_pin(const char *pin, size_t length)
{
	static const char scheme[] = "sha256//";
	static const char base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t scheme_length = sizeof scheme - 1;

	return length == scheme_length + 44 && strncmp(pin, scheme, scheme_length) == 0 &&
		strspn(pin + scheme_length, base64) == 43 && pin[length - 1] == '=';
}

static int check_pinned_key(const char *pins, tc_error *err)
{
	while (pins) {
		size_t length = strcspn(pins, ";");
		if (!is_pin(pins, length))
			return tc__fail(err, TC_ERROR_ARGUMENT,
				"pinned_key has \"%.*s\"; expected sha256// and the 44 characters "
				"of "
				"a SHA-256 in base64",
				(int)(length < 80 ? length : 80), pins);
		pins = pins[length] ? pins + length + 1 : NULL;
	}
	return TC_OK;
}

/* ---- files ---- */

static int fail_path(const char *name, const char *path, tc_error *err)
{
	return tc__fail(
		err, TC_ERROR_ARGUMENT, "%s: %s cannot be read: %s", name, path, strerror(errno));
}

static int check_file(const char *name, const char *path, tc_error *err)
{
	char byte;

	if (!path)
		return TC_OK;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail_path(name, path, err);
	ssize_t count = read(fd, &byte, 1);
	int rc = count < 0 ? fail_path(name, path, err) : TC_OK;
	close(fd);
	if (count == 0)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s: %s is empty", name, path);
	return rc;
}

/* OpenSSL takes several, between colons, of which not all need be there. */
static int check_folder(const char *name, const char *folders, tc_error *err)
{
	char path[PATH_SIZE];
	struct stat status;

	for (const char *folder = folders; folder && *folder;) {
		size_t length = strcspn(folder, ":");
		if (length < sizeof path) {
			memcpy(path, folder, length);
			path[length] = '\0';
			if (stat(path, &status) == 0 && S_ISDIR(status.st_mode) &&
				access(path, R_OK | X_OK) == 0)
				return TC_OK;
		}
		folder += length + (folder[length] == ':');
	}
	if (!folders)
		return TC_OK;
	return tc__fail(
		err, TC_ERROR_ARGUMENT, "%s: %s is no folder that can be read", name, folders);
}

static int check_trust(const struct tc_options *options, bool environment, tc_error *err)
{
	int rc = check_file(environment ? "SSL_CERT_FILE" : "ca_file", options->ca_file, err);

	if (rc == TC_OK)
		rc = check_folder(
			environment ? "SSL_CERT_DIR" : "ca_folder", options->ca_folder, err);
	if (rc != TC_OK || !options->ca_pem)
		return rc;
	if (options->ca_file)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"ca_file and ca_pem are both given; expected one of them");
	if (!strstr(options->ca_pem, "-----BEGIN CERTIFICATE-----"))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"ca_pem has no line -----BEGIN CERTIFICATE-----; expected certificates, "
			"not the name of a file");
	return TC_OK;
}

static int check_client_certificate(const struct tc_options *options, tc_error *err)
{
	const char *lonely = options->client_key ? "client_key"
		: options->client_key_password   ? "client_key_password"
						 : NULL;

	if (!options->client_certificate && lonely)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s is given, but no client_certificate that it is for", lonely);
	int rc = check_file("client_certificate", options->client_certificate, err);
	return rc == TC_OK ? check_file("client_key", options->client_key, err) : rc;
}

/* ---- names that the caller resolved ---- */

static bool is_ip(const char *text, size_t length)
{
	unsigned char address[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN];
	bool bracket = length >= 2 && text[0] == '[' && text[length - 1] == ']';

	text += bracket;
	length -= bracket ? 2 : 0;
	if (length == 0 || length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return inet_pton(AF_INET6, copy, address) == 1 ||
		(!bracket && inet_pton(AF_INET, copy, address) == 1);
}

static bool are_addresses(const char *text)
{
	for (;;) {
		size_t length = strcspn(text, ",");
		if (!is_ip(text, length))
			return false;
		if (!text[length])
			return true;
		text += length + 1;
	}
}

static bool is_host(const char *text, size_t length)
{
	if (length == 1 && *text == '*')
		return true;
	for (size_t i = 0; i < length; i++)
		if (!tc__is_alphanumeric(text[i]) && !strchr("-._", text[i]))
			return false;
	return length > 0 && length <= HOST_MAX;
}

/* "tc.example.com:443:10.0.0.1,[2001:db8::1]"; curl's other forms, with a sign in front, would
 * change what is there already. */
static bool is_resolved(const char *entry)
{
	size_t host = strcspn(entry, ":");
	char *end = NULL;

	if (!is_host(entry, host) || entry[host] != ':' || *entry == '-')
		return false;
	const char *port = entry + host + 1;
	if (!tc__is_digit(*port))
		return false;
	long number = strtol(port, &end, 10);
	return number >= 1 && number <= 65535 && *end == ':' && are_addresses(end + 1);
}

/* Whether one of its addresses is of the version that is used. */
static bool may_be_reached(const char *entry, enum tc_ip version)
{
	const char *address = strchr(entry, ':');

	address = strchr(address + 1, ':') + 1;
	while (version != TC_IP_ANY) {
		size_t length = strcspn(address, ",");
		bool ipv6 = memchr(address, ':', length) != NULL;
		if (ipv6 == (version == TC_IP_6))
			return true;
		if (!address[length])
			return false;
		address += length + 1;
	}
	return true;
}

static int check_resolve(const struct tc_options *options, tc_error *err)
{
	for (const char *const *entry = options->resolve; entry && *entry; entry++) {
		if (!is_resolved(*entry))
			return tc__fail(err, TC_ERROR_ARGUMENT,
				"resolve has \"%.200s\"; expected HOST:PORT:ADDRESS, such as "
				"tc.example.com:443:10.0.0.1",
				*entry);
		if (!may_be_reached(*entry, options->ip_version))
			return tc__fail(err, TC_ERROR_ARGUMENT,
				"resolve has \"%.200s\", without any address of the ip_version "
				"that is used",
				*entry);
	}
	return TC_OK;
}

/* ---- numbers ---- */

static int check_numbers(const struct tc_options *options, tc_error *err)
{
	const struct {
		const char *name;
		int value, most;
	} numbers[] = {
		{ "tls_min", (int)options->tls_min, TC_TLS_1_3 },
		{ "ip_version", (int)options->ip_version, TC_IP_6 },
		{ "http_version", (int)options->http_version, TC_HTTP_2 },
		{ "host_connections", options->host_connections, HOST_CONNECTIONS_MAX },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].value < 0 || numbers[i].value > numbers[i].most)
			return tc__fail(err, TC_ERROR_ARGUMENT, "%s is %d; expected 0 to %d",
				numbers[i].name, numbers[i].value, numbers[i].most);
	return TC_OK;
}

int tc__client_check_network(const struct tc_options *options, bool environment, tc_error *err)
{
	int rc = check_texts(options, err);

	if (rc == TC_OK)
		rc = check_http_proxy(options->http_proxy, err);
	if (rc == TC_OK)
		rc = check_unix_socket(options, err);
	if (rc == TC_OK)
		rc = check_interface(options->interface, err);
	if (rc == TC_OK)
		rc = check_pinned_key(options->pinned_key, err);
	if (rc == TC_OK)
		rc = check_trust(options, environment, err);
	if (rc == TC_OK)
		rc = check_client_certificate(options, err);
	if (rc == TC_OK)
		rc = check_numbers(options, err);
	if (rc == TC_OK)
		rc = check_resolve(options, err);
	return rc;
}

/* ---- in curl's terms ---- */

static long tls_of(enum tc_tls tls)
{
	return tls == TC_TLS_1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;
}

static long ip_of(enum tc_ip ip)
{
	switch (ip) {
	case TC_IP_4:
		return CURL_IPRESOLVE_V4;
	case TC_IP_6:
		return CURL_IPRESOLVE_V6;
	default:
		return CURL_IPRESOLVE_WHATEVER;
	}
}

/* A libcurl that was built without it refuses even to try. */
static bool knows_http2(void)
{
	return curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2;
}

static long http_of(enum tc_http http)
{
	switch (http) {
	case TC_HTTP_1_1:
		return CURL_HTTP_VERSION_1_1;
	case TC_HTTP_2:
		return CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
	default:
		return knows_http2() ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
	}
}

struct tc__network *tc__client_network(struct tc_options *options, bool environment, tc_error *err)
{
	struct tc__network_options known = {
		.connect_timeout_ms = options->connect_timeout_ms,
		.environment_proxy = environment,
		.http_proxy = options->http_proxy,
		.no_proxy = options->no_proxy,
		.ca_file = options->ca_file,
		.ca_folder = options->ca_folder,
		.ca_pem = options->ca_pem,
		.client_certificate = options->client_certificate,
		.client_key = options->client_key,
		.client_key_password = options->client_key_password,
		.pinned_key = options->pinned_key,
		.interface = options->interface,
		.unix_socket = options->unix_socket,
		.resolve = options->resolve,
		.tls_min = tls_of(options->tls_min),
		.ip_version = ip_of(options->ip_version),
		.http_version = http_of(options->http_version),
		.host_connections = options->host_connections,
		.idle_s = (long)((options->idle_ms + 999) / 1000),
		.on_handle = options->on_handle,
		.on_handle_data = options->on_handle_data,
	};

	options->http_proxy = options->no_proxy = NULL;
	options->ca_file = options->ca_folder = options->ca_pem = NULL;
	options->client_certificate = options->client_key = options->client_key_password = NULL;
	options->pinned_key = options->interface = options->unix_socket = NULL;
	options->resolve = NULL;
	return tc__network_new(&known, err);
}
