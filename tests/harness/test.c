/* SPDX-License-Identifier: MPL-2.0 */
#include "test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void tc_test_assert_ok(int rc, const tc_error *err, const char *what, const char *file, int line)
{
	if (rc == TC_OK)
		return;
	print_error("%s gave %s: %s\n", what, tc_code_name(rc), tc_error_text(err));
	_fail(file, line);
}

void tc_test_assert_failure(tc_error *err, int code, const char *part, const char *file, int line)
{
	if (err->code != code || !strstr(tc_error_text(err), part)) {
		print_error("expected %s with \"%s\", got %s: %s\n", tc_code_name(code), part,
			tc_code_name(err->code), tc_error_text(err));
		_fail(file, line);
	}
	tc_error_clear(err);
}

char *tc_test_read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	long size = -1;

	if (file && fseek(file, 0, SEEK_END) == 0)
		size = ftell(file);
	if (size >= 0 && fseek(file, 0, SEEK_SET) == 0)
		text = malloc((size_t)size + 1);
	if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
		fail_msg("cannot read %s", path);
	fclose(file);
	text[size] = '\0';
	if (length)
		*length = (size_t)size;
	return text;
}

int64_t tc_test_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int tc_test_free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	return ntohs(address.sin_port);
}
