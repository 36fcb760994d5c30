/* SPDX-License-Identifier: MPL-2.0 */

/* taskcluster-livelog: takes one log by PUT, and gives it to readers while it comes. It stands in
 * for the official livelog; what starts it gives it an environment. */

#include "tools/livelog/intake.h"
#include "tools/livelog/livelog.h"
#include "tools/streams/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/version.h>
#include <unistd.h>

static const char usage[] =
	"usage: taskcluster-livelog [-h | --help | --version | --short-version]\n"
	"\n"
	"Takes a log by PUT /log, once, and gives it to readers, GET /log/TOKEN, while it comes.\n"
	"All it needs to know is in its environment:\n"
	"\n"
	"  ACCESS_TOKEN          what readers have to know: letters, digits and - . _ ~\n"
	"  LIVELOG_PUT_PORT      where the log comes in (60022)\n"
	"  LIVELOG_GET_PORT      where it is read (60023); 0 is any free port, told on standard "
	"error\n"
	"  LIVELOG_PUT_ADDRESS   at which IP address it comes in (127.0.0.1)\n"
	"  LIVELOG_GET_ADDRESS   and is read (*: at all of the machine's)\n"
	"  LIVELOG_TEMP_DIR      where the log is kept, in a file without a name (TMPDIR, or "
	"/tmp)\n"
	"  SERVER_CRT_FILE       a certificate and its key (PEM files): readers come by TLS\n"
	"  SERVER_KEY_FILE\n"
	"\n"
	"exit status: 64 LIVELOG_PUT_PORT is no number, 65 is out of range; 66 and 67 the same of\n"
	"LIVELOG_GET_PORT; 1 all else that fails\n";

struct setup {
	const char *token, *folder;
	const char *put_address, *get_address;
	const char *certificate, *key;
	int put_port, get_port;
};

/* What is empty counts as not given. */
static const char *environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

/* 0, or the exit status. */
static int read_port(const char *name, const char *otherwise, int no_number, int *port)
{
	const char *text = environment(name, otherwise);
	char *end;

	errno = 0;
	long value = strtol(text, &end, 10);
	if (*end || errno) {
		fprintf(stderr, "taskcluster-livelog: %s is %s: expected a number\n", name, text);
		return no_number;
	}
	if (value < 0 || value > 65535) {
		fprintf(stderr, "taskcluster-livelog: %s is %s: expected 0 to 65535\n", name, text);
		return no_number + 1;
	}
	*port = (int)value;
	return 0;
}

/* 0, or the exit status. The token is taken out of the environment, where others of this user
 * could read it. */
static int read_environment(struct setup *setup, char token[256])
{
	char *given = getenv("ACCESS_TOKEN");

	if (given) {
		snprintf(token, 256, "%.255s", strlen(given) < 256 ? given : "");
		OPENSSL_cleanse(given, strlen(given));
		unsetenv("ACCESS_TOKEN");
	}
	setup->token = token;
	setup->folder = environment("LIVELOG_TEMP_DIR", environment("TMPDIR", "/tmp"));
	setup->put_address = environment("LIVELOG_PUT_ADDRESS", NULL);
	setup->get_address = environment("LIVELOG_GET_ADDRESS", "*");
	setup->certificate = environment("SERVER_CRT_FILE", NULL);
	setup->key = environment("SERVER_KEY_FILE", NULL);
	int rc = read_port("LIVELOG_PUT_PORT", "60022", 64, &setup->put_port);
	if (rc)
		return rc;
	rc = read_port("LIVELOG_GET_PORT", "60023", 66, &setup->get_port);
	if (rc)
		return rc;
	if (*token)
		return 0;
	fprintf(stderr,
		"taskcluster-livelog: ACCESS_TOKEN: expected the token that readers have "
		"to know, of at most 255 letters\n");
	return 1;
}

/* A file without a name; -1, said. */
static int open_log(const char *folder)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof path, "%s/livelog-XXXXXX", folder);
	int fd = -1;

	errno = ENAMETOOLONG;
	if (length > 0 && (size_t)length < sizeof path)
		fd = mkstemp(path);
	if (fd < 0) {
		fprintf(stderr, "taskcluster-livelog: cannot make a file in %s: %s\n", folder,
			strerror(errno));
		return -1;
	}
	unlink(path);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static void wait_for_end(const sigset_t *ends)
{
	int number;

	while (sigwait(ends, &number) != 0)
		continue;
}

/* The exit status. */
static int serve(const struct setup *setup, int fd, const sigset_t *ends)
{
	struct livelog_options options = {
		.fd = fd,
		.token = setup->token,
		.address = setup->get_address,
		.port = setup->get_port,
		.certificate = setup->certificate,
		.key = setup->key,
	};
	tc_error err = TC_ERROR_INIT;
	struct intake *intake = NULL;
	struct livelog *livelog = livelog_start(&options, &err);

	if (livelog)
		intake = intake_start(&(struct intake_options){ .address = setup->put_address,
					      .port = setup->put_port,
					      .fd = fd,
					      .livelog = livelog },
			&err);
	if (intake) {
		fprintf(stderr, "taskcluster-livelog: PUT at port %d, GET at port %d\n",
			intake_port(intake), livelog_port(livelog));
		wait_for_end(ends);
	} else {
		fprintf(stderr, "taskcluster-livelog: %s\n", tc_error_text(&err));
	}
	intake_free(intake);
	livelog_free(livelog);
	tc_error_clear(&err);
	return intake ? 0 : 1;
}

/* Before there is a thread: signals are waited for, and a file that reaches its limit is an error
 * like a full disk. */
static void take_signals(sigset_t *ends)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigemptyset(ends);
	sigaddset(ends, SIGTERM);
	sigaddset(ends, SIGINT);
	sigprocmask(SIG_BLOCK, ends, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

static int run(void)
{
	char token[256] = "";
	struct setup setup;
	sigset_t ends;
	int rc = read_environment(&setup, token);

	if (rc)
		return rc;
	take_signals(&ends);
	int fd = open_log(setup.folder);
	if (fd < 0)
		return 1;
	rc = serve(&setup, fd, &ends);
	close(fd);
	return rc;
}

int main(int argc, char **argv)
{
	const char *option = argc > 1 ? argv[1] : "";

	streams_open();
	if (argc == 1)
		return run();
	if (argc > 2) {
		fputs(usage, stderr);
		return 1;
	}
	if (strcmp(option, "--short-version") == 0)
		return puts(tc_sdk_version()) < 0;
	if (strcmp(option, "--version") == 0)
		return printf("taskcluster-livelog %s\n", tc_sdk_version()) < 0;
	if (strcmp(option, "-h") == 0 || strcmp(option, "--help") == 0)
		return fputs(usage, stdout) < 0;
	fputs(usage, stderr);
	return 1;
}
