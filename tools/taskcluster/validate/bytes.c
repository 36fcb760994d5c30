/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/validate/bytes.h"

#include "tools/schema/uri.h"
#include "tools/taskcluster/config/http_proxy.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/shared/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <taskcluster/download.h>
#include <taskcluster/transfer.h>
#include <unistd.h>

#define FILE_SCHEME "file://"
/* In a path that somebody names it would be %3F. */
#define STDIN_END "?standard-input"
#define TIMEOUT_MS (60 * 1000)
#define REDIRECTS_MAX 5

/* ---- names ---- */

bool bytes_is_remote(const char *location)
{
	return strncasecmp(location, "http://", 7) == 0 ||
		strncasecmp(location, "https://", 8) == 0;
}

static bool is_stdin(const char *location)
{
	const char *query = strchr(location, '?');

	return query && strcmp(query, STDIN_END) == 0 && !bytes_is_remote(location);
}

const char *bytes_shown(const char *location)
{
	if (bytes_is_remote(location) || strncmp(location, FILE_SCHEME "/", 8) != 0)
		return location;
	return is_stdin(location) ? "standard input" : location + strlen(FILE_SCHEME);
}

static char *join(const char *a, const char *b, const char *c)
{
	char *text = malloc(strlen(a) + strlen(b) + strlen(c) + 1);

	if (text)
		strcat(strcat(strcpy(text, a), b), c);
	return text;
}

/* `end`: behind it. */
static char *of_path(const char *path, const char *end)
{
	char *folder = *path == '/' ? strdup("") : getcwd(NULL, 0);
	char *whole = folder ? join(folder, *path == '/' ? "" : "/", path) : NULL;
	char *encoded = whole ? uri_encode_path(whole) : NULL;
	char *location = encoded ? join(FILE_SCHEME, encoded, end) : NULL;

	free(folder);
	free(whole);
	free(encoded);
	return location;
}

char *bytes_location(const char *word)
{
	if (strcmp(word, "-") == 0)
		return of_path("", STDIN_END);
	if (!bytes_is_remote(word) && strncmp(word, FILE_SCHEME, strlen(FILE_SCHEME)) != 0)
		return of_path(word, "");
	char *location = strdup(word);
	if (location)
		location[strcspn(location, "#")] = '\0';
	return location;
}

/* ---- bytes ---- */

static int add(struct tc__buffer *bytes, const void *data, size_t length, tc_error *err)
{
	tc__buffer_add(bytes, data, length);
	if (bytes->too_long)
		return tc_error_set(err, TC_ERROR_INPUT, "more than 256 MiB are not read");
	return bytes->no_memory ? tc_error_set(err, TC_ERROR_NOMEM, "memory ended") : TC_OK;
}

static int read_all(int fd, struct tc__buffer *bytes, tc_error *err)
{
	char part[65536];
	int rc = TC_OK;

	while (rc == TC_OK) {
		ssize_t got = read(fd, part, sizeof part);
		if (got == 0)
			return TC_OK;
		if (got < 0 && errno != EINTR)
			return tc_error_set(err, TC_ERROR_SYSTEM, "%s", strerror(errno));
		if (got > 0)
			rc = add(bytes, part, (size_t)got, err);
	}
	return rc;
}

static int read_file(const char *location, struct tc__buffer *bytes, tc_error *err)
{
	char *path = uri_decode(bytes_shown(location));
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	int rc;

	if (!path)
		return tc_error_set(err, TC_ERROR_NOMEM, "memory ended");
	rc = fd < 0 ? tc_error_set(err, TC_ERROR_SYSTEM, "%s", strerror(errno))
		    : read_all(fd, bytes, err);
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

/* ---- from servers ---- */

static int begin(void *data, tc_response *head, int64_t discard, tc_error *err)
{
	struct tc__buffer *bytes = data;

	(void)head, (void)err;
	tc__buffer_truncate(bytes, bytes->length - (size_t)discard);
	return TC_OK;
}

static int take(void *data, const void *part, size_t length, tc_error *err)
{
	return add(data, part, length, err);
}

static void on_log(void *data, enum tc_log_level level, const char *line)
{
	(void)data, (void)level;
	tell(line);
}

/* The client has nobody's credentials, and no server that is its own. */
static int open_client(struct bytes_from *from, const char *url, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;
	const char *variable_used;

	options.base_url = "http://localhost";
	options.timeout_ms = TIMEOUT_MS;
	options.user_agent = "taskcluster-cli";
	options.log = from->verbose ? on_log : NULL;
	options.log_level = from->verbose > 1 ? TC_LOG_DEBUG : TC_LOG_INFO;
	options.http_proxy = http_proxy_for(url, &variable_used);
	options.no_proxy = http_proxy_exemptions();
	options.ca_file = variable("SSL_CERT_FILE");
	options.ca_folder = variable("SSL_CERT_DIR");
	from->client = tc_client_new(&options, err);
	return from->client ? TC_OK : err->code;
}

static int fetch(struct bytes_from *from, const char *url, struct tc__buffer *bytes, tc_error *err)
{
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	struct tc_sink sink = TC_SINK_INIT;

	if (!from->client && open_client(from, url, err) != TC_OK)
		return err->code;
	options.redirects = REDIRECTS_MAX;
	sink.begin = begin;
	sink.write = take;
	sink.data = bytes;
	tc_call *call = tc_transfer_new(from->client, "GET", url, &options, err);
	int rc = call ? tc_call_download(call, &sink, NULL, err) : err->code;
	tc_call_free(call);
	return rc;
}

static int read_stdin(struct tc__buffer *bytes, tc_error *err)
{
	if (isatty(STDIN_FILENO))
		complain("type it, and end it with Ctrl-D");
	return read_all(STDIN_FILENO, bytes, err);
}

int bytes_read(
	struct bytes_from *from, const char *location, struct tc__buffer *bytes, tc_error *err)
{
	if (bytes_is_remote(location))
		return fetch(from, location, bytes, err);
	if (is_stdin(location))
		return read_stdin(bytes, err);
	if (*bytes_shown(location) != '/')
		return tc_error_set(
			err, TC_ERROR_INPUT, "a URL of a file here begins with file:///");
	return read_file(location, bytes, err);
}

void bytes_close(struct bytes_from *from)
{
	tc_client_free(from->client);
	from->client = NULL;
}
