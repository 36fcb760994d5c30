/* SPDX-License-Identifier: MPL-2.0 */
#define _XOPEN_SOURCE 700

#include "nginx.h"

#include "folder.h"
#include "test.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define PATIENCE 1000 /* naps */
#define TRIES 5       /* of ports */

struct tc_nginx {
	struct tc_folder folder;
	pid_t pid;
	int port;
};

static const char *find(void)
{
	static const char *const places[] = { "/usr/sbin/nginx", "/usr/local/sbin/nginx",
		"/usr/bin/nginx", "/usr/local/bin/nginx" };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

bool tc_nginx_installed(void)
{
	return find() != NULL;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

static void fill_address(struct sockaddr_in *address, int port)
{
	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	address->sin_port = htons((uint16_t)port);
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static bool answers(int port)
{
	struct sockaddr_in address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	fill_address(&address, port);
	int rc = connect(fd, (struct sockaddr *)&address, sizeof address);
	close(fd);
	return rc == 0;
}

static void configure(const struct tc_nginx *nginx, const char *root, const char *server)
{
	static const char format[] =
		"daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log error.log;\n"
		"events { worker_connections 500; }\n"
		"http {\n"
		"access_log off;\nclient_body_temp_path body;\nproxy_temp_path proxy;\n"
		"fastcgi_temp_path fastcgi;\nuwsgi_temp_path uwsgi;\nscgi_temp_path scgi;\n"
		"types { text/plain log; application/zip zip; }\n"
		"default_type application/octet-stream;\n"
		"server {\nlisten 127.0.0.1:%d;\nroot %s;\n%s\n}\n}\n";
	size_t size = sizeof format + strlen(root) + strlen(server) + 10;
	char *text = malloc(size);

	assert_non_null(text);
	snprintf(text, size, format, nginx->port, root, server);
	tc_folder_put(&nginx->folder, "nginx.conf", text, 0644);
	free(text);
}

/* In the child, after fork: only what is safe there. */
static void run_child(const char *program, const char *folder, int errors)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	dup2(errors, STDERR_FILENO);
	execl(program, program, "-p", folder, "-c", "nginx.conf", "-e", "error.log", (char *)NULL);
	_exit(127);
}

/* false: it has ended, as when somebody was faster with the port. */
static bool try_port(struct tc_nginx *nginx, const char *root, const char *server)
{
	nginx->port = tc_test_free_port();
	configure(nginx, root, server);
	int errors = openat(nginx->folder.fd, "start.log", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	nginx->pid = fork();
	assert_true(nginx->pid >= 0);
	if (nginx->pid == 0)
		run_child(find(), nginx->folder.path, errors);
	close(errors);
	for (int i = 0; i < PATIENCE && !answers(nginx->port); i++) {
		if (waitpid(nginx->pid, NULL, WNOHANG) == nginx->pid)
			return false;
		nap();
	}
	return true;
}

struct tc_nginx *tc_nginx_start(const char *root, const char *server)
{
	struct tc_nginx *nginx = calloc(1, sizeof *nginx);

	assert_non_null(nginx);
	tc_folder_make(&nginx->folder);
	for (int i = 0; i < TRIES; i++)
		if (try_port(nginx, root, server))
			return nginx;
	char *log = tc_test_read_file(tc_folder_path(&nginx->folder, "error.log"), NULL);
	fail_msg("nginx does not start: %s", log);
	return NULL;
}

int tc_nginx_port(const struct tc_nginx *nginx)
{
	return nginx->port;
}

/* A signal that comes before it waits for its first event is not looked at: so more than one. */
void tc_nginx_stop(struct tc_nginx *nginx)
{
	if (!nginx)
		return;
	for (int i = 0; waitpid(nginx->pid, NULL, WNOHANG) != nginx->pid; i++) {
		kill(nginx->pid, i < PATIENCE / 2 ? SIGTERM : SIGKILL);
		nap();
	}
	tc_folder_remove(&nginx->folder);
	free(nginx);
}
