/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/rabbit.h"

#include "tests/harness/rabbit_peer.h"
#include "tests/harness/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BIN "/usr/lib/rabbitmq/bin/" /* the programs that do not change users */
#define START_S 120
#define CONTROL_S 60
#define STOP_S 30
#define ARGUMENTS_MAX 16

/* What applies to a whole channel, and queues that are neither durable nor exclusive. */
#define WITHOUT_DEPRECATED \
	"deprecated_features.permit.global_qos = false\n" \
	"deprecated_features.permit.transient_nonexcl_queues = false\n"

/* ---- ports ---- */

static bool port_is_free(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	bool good = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
	close(fd);
	return good;
}

/* Not one of those that the system chooses for connections: while the broker is away, whoever tries
 * to connect to such a one may get connected to itself. */
static int free_port(void)
{
	static unsigned seed;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seed = seed * 1103515245U + (unsigned)now.tv_nsec + (unsigned)getpid() * 7919U;
	for (unsigned i = 0; i < 20000; i++) {
		int port = (int)(12000 + (seed / 16 + i * 37) % 20000);
		if (port_is_free(port))
			return port;
	}
	fail_msg("no port is free");
	return 0;
}

/* ---- processes ---- */

static void set(const char *name, const char *format, ...)
{
	char value[400];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(value, sizeof value, format, arguments);
	va_end(arguments);
	setenv(name, value, 1);
}

/* One scheduler starts as fast as many, and takes less of a machine that others use, too. */
static void set_environment(const struct rabbit *rabbit)
{
	static const char loopback[] = "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1";
	const char *folder = rabbit->folder;

	set("HOME", "%s", folder); /* the cookie is there */
	set("ERL_EPMD_ADDRESS", "127.0.0.1");
	set("ERL_EPMD_PORT", "%d", rabbit->epmd_port);
	set("RABBITMQ_NODENAME", "tc%d@localhost", rabbit->port);
	set("RABBITMQ_DIST_PORT", "%d", rabbit->distribution_port);
	set("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "%s -rabbit channel_tick_interval 500",
		loopback);
	set("RABBITMQ_CTL_ERL_ARGS", "%s", loopback);
	set("RABBITMQ_CTL_DIST_PORT_MIN", "0"); /* any */
	set("RABBITMQ_CTL_DIST_PORT_MAX", "0");
	set("RABBITMQ_MNESIA_BASE", "%s/mnesia", folder);
	set("RABBITMQ_LOG_BASE", "%s/log", folder);
	set("RABBITMQ_PID_FILE", "%s/pid", folder);
	set("RABBITMQ_ENABLED_PLUGINS_FILE", "%s/plugins", folder);
	set("RABBITMQ_CONFIG_FILE", "%s/rabbitmq", folder);
	set("RABBITMQ_CONF_ENV_FILE", "/dev/null");
	set("RUNNING_UNDER_SYSTEMD", "true"); /* the script becomes the server */
}

/* Runs a program that ends with the test, in the broker's environment; its output is added to a
 * file of the folder. */
static pid_t run(const struct rabbit *rabbit, const char *output, const char *const *arguments)
{
	char path[100];
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof path, "%s/%s", rabbit->folder, output);
	int out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	int in = open("/dev/null", O_RDONLY);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	for (int fd = 3; fd < 1024; fd++) /* the test's */
		close(fd);
	set_environment(rabbit);
	execvp(arguments[0], (char *const *)(uintptr_t)arguments);
	_exit(127);
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000000 }, NULL);
}

/* False: it has not ended within the time. */
static bool wait_for(pid_t pid, int *status, int64_t patience_ms)
{
	int64_t until = tc_test_now_ms() + patience_ms;

	while (waitpid(pid, status, WNOHANG) != pid) {
		if (tc_test_now_ms() >= until)
			return false;
		nap();
	}
	return true;
}

static void kill_and_wait(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	*pid = 0;
}

/* All that a file of the folder holds, for free(); "" when there is none. */
static char *read_output(const struct rabbit *rabbit, const char *name)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", rabbit->folder, name);
	if (access(path, R_OK) != 0)
		return strdup("");
	return tc_test_read_file(path, NULL);
}

/* ---- configuration ---- */

int rabbit_major(void)
{
	static const char name[] = "/rabbitmq_server-";
	char path[200] = ""; /* where the program really is; the folder's name has the version */
	ssize_t length = readlink(BIN "rabbitmq-server", path, sizeof path - 1);
	const char *folder = length > 0 ? strstr(path, name) : NULL;

	return folder ? atoi(folder + strlen(name)) : 0;
}

static FILE *create(const struct rabbit *rabbit, const char *name)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", rabbit->folder, name);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	return file;
}

static void write_permissions(FILE *file, const char *user, const char *vhost, bool last)
{
	char own[200] = ".*";
	char read[200] = ".*";

	if (strcmp(user, "guest") != 0) {
		snprintf(own, sizeof own, "^(queue/%s/.*|exchange/%s/.*)$", user, user);
		snprintf(read, sizeof read, "^(queue/%s/.*|exchange/.*)", user);
	}
	fprintf(file,
		"{\"user\":\"%s\",\"vhost\":\"%s\",\"configure\":\"%s\",\"write\":\"%s\","
		"\"read\":\"%s\"}%s\n",
		user, vhost, own, own, read, last ? "" : ",");
}

/* What the broker knows from its first moment on; with it it makes no users of its own. */
static void write_definitions(const struct rabbit *rabbit, const char *vhost)
{
	static const char *const users[] = { "guest", RABBIT_USER, RABBIT_OTHER };
	FILE *file = create(rabbit, "definitions.json");

	fprintf(file, "{\"users\":[\n");
	for (size_t i = 0; i < 3; i++)
		fprintf(file, "%s{\"name\":\"%s\",\"password\":\"%s\",\"tags\":\"%s\"}\n",
			i ? "," : "", users[i], RABBIT_PASSWORD, i ? "" : "administrator");
	fprintf(file, "],\"vhosts\":[{\"name\":\"/\"}");
	if (vhost)
		fprintf(file, ",{\"name\":\"%s\"}", vhost);
	fprintf(file, "],\"permissions\":[\n");
	for (size_t i = 0; i < 3; i++) {
		if (vhost)
			write_permissions(file, users[i], vhost, false);
		write_permissions(file, users[i], "/", i == 2);
	}
	fprintf(file, "]}\n");
	assert_int_equal(fclose(file), 0);
}

static void write_configuration(const struct rabbit *rabbit, const struct rabbit_options *options)
{
	FILE *file = create(rabbit, "rabbitmq.conf");

	fprintf(file,
		"listeners.tcp.1 = 127.0.0.1:%d\n"
		"listeners.ssl.1 = 127.0.0.1:%d\n"
		"listeners.ssl.2 = 127.0.0.2:%d\n"
		"ssl_options.cacertfile = %s\n"
		"ssl_options.certfile = %s/cert.pem\n"
		"ssl_options.keyfile = %s/key.pem\n"
		"ssl_options.verify = verify_none\n"
		"ssl_options.fail_if_no_peer_cert = false\n"
		"load_definitions = %s/definitions.json\n"
		"log.file = rabbit.log\n"
		"log.console = false\n",
		rabbit->port, rabbit->tls_port, rabbit->tls_port, rabbit->ca_file, rabbit->folder,
		rabbit->folder, rabbit->folder);
	if (options->consumer_timeout_ms)
		fprintf(file, "consumer_timeout = %d\n", options->consumer_timeout_ms);
	if (options->max_message_size)
		fprintf(file, "max_message_size = %zu\n", options->max_message_size);
	if (options->memory)
		fprintf(file, "vm_memory_high_watermark.absolute = %s\n", options->memory);
	if (rabbit_major() >= 4)
		fputs(WITHOUT_DEPRECATED, file);
	fputs(options->lines ? options->lines : "", file);
	assert_int_equal(fclose(file), 0);
}

/* An authority that is nobody else's, and a certificate of it. */
static void make_certificates(const struct rabbit *rabbit)
{
	static const char script[] =
		"cd \"$0\" && key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2' &&"
		"printf '%s\\n' '[req]' 'distinguished_name = name' '[name]' '[ca]' "
		"'basicConstraints = critical, CA:TRUE' 'keyUsage = critical, keyCertSign' "
		"'subjectKeyIdentifier = hash' '[server]' 'basicConstraints = CA:FALSE' "
		"'authorityKeyIdentifier = keyid' "
		"'subjectAltName = DNS:localhost, IP:127.0.0.1' >openssl.conf &&"
		"openssl req -x509 $key -config openssl.conf -extensions ca -subj /CN=authority "
		"-keyout ca.key -out ca.pem &&"
		"openssl req -x509 $key -config openssl.conf -extensions server "
		"-subj /CN=localhost -CA ca.pem -CAkey ca.key -keyout key.pem -out cert.pem";
	const char *const arguments[] = { "sh", "-c", script, rabbit->folder, NULL };
	int status = 0;
	pid_t pid = run(rabbit, "openssl.log", arguments);

	if (wait_for(pid, &status, CONTROL_S * 1000LL) && status == 0)
		return;
	char *log = read_output(rabbit, "openssl.log");
	fail_msg("the certificate could not be made: %s", log);
}

bool rabbit_prepare(struct rabbit *rabbit, const struct rabbit_options *options)
{
	static const struct rabbit_options defaults;
	char port[16];

	*rabbit = (struct rabbit){ 0 };
	if (access(BIN "rabbitmq-server", X_OK) != 0) {
		print_message("there is no rabbitmq-server\n");
		return false;
	}
	if (!options)
		options = &defaults;
	strcpy(rabbit->folder, "/tmp/tc-rabbit-XXXXXX");
	assert_non_null(mkdtemp(rabbit->folder));
	snprintf(rabbit->ca_file, sizeof rabbit->ca_file, "%s/ca.pem", rabbit->folder);
	rabbit->port = free_port();
	rabbit->tls_port = free_port();
	rabbit->distribution_port = free_port();
	rabbit->epmd_port = free_port();
	make_certificates(rabbit);
	write_definitions(rabbit, options->vhost);
	write_configuration(rabbit, options);
	/* started here, so that the server does not leave one behind */
	snprintf(port, sizeof port, "%d", rabbit->epmd_port);
	const char *const epmd[] = { "epmd", "-port", port, "-address", "127.0.0.1", NULL };
	rabbit->epmd = run(rabbit, "epmd.log", epmd);
	return true;
}

/* ---- its life ---- */

/* A connection to one of its ports, or -1; for close(). */
static int reach(const char *host, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, host, &address.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Whether it speaks AMQP yet: its ports are opened when all else is done, the ones for TLS a moment
 * later, and in this order. */
static bool answers(const struct rabbit *rabbit)
{
	static const char hello[] = "AMQP\0\0\x9\x1";
	char first = 0;
	int fd = reach("127.0.0.1", rabbit->port);
	int last = fd < 0 ? -1 : reach("127.0.0.2", rabbit->tls_port);
	bool good = last >= 0 && send(fd, hello, 8, MSG_NOSIGNAL) == 8 &&
		recv(fd, &first, 1, 0) == 1 && first == AMQP_FRAME_METHOD;

	if (last >= 0)
		close(last);
	if (fd >= 0)
		close(fd);
	return good;
}

void rabbit_start(struct rabbit *rabbit)
{
	const char *const arguments[] = { BIN "rabbitmq-server", NULL };
	int64_t until = tc_test_now_ms() + START_S * 1000LL;

	rabbit->server = run(rabbit, "output", arguments);
	while (tc_test_now_ms() < until) {
		if (answers(rabbit))
			return;
		if (waitpid(rabbit->server, NULL, WNOHANG) != 0) {
			rabbit->server = 0;
			break;
		}
		nap();
	}
	char *output = read_output(rabbit, "output");
	char *log = read_output(rabbit, "log/rabbit.log");
	size_t length = strlen(log);
	fail_msg("RabbitMQ did not start: %s\n%s", output,
		length > 4000 ? log + length - 4000 : log);
}

void rabbit_kill(struct rabbit *rabbit)
{
	kill_and_wait(&rabbit->server);
}

void rabbit_stop(struct rabbit *rabbit)
{
	int status;

	if (rabbit->server <= 0)
		return;
	kill(rabbit->server, SIGTERM);
	bool ended = wait_for(rabbit->server, &status, STOP_S * 1000LL);
	if (!ended)
		kill_and_wait(&rabbit->server);
	rabbit->server = 0;
	assert_true(ended);
}

void rabbit_end(struct rabbit *rabbit)
{
	char command[100];

	kill_and_wait(&rabbit->server);
	kill_and_wait(&rabbit->epmd);
	if (!rabbit->folder[0])
		return;
	snprintf(command, sizeof command, "rm -rf '%s'", rabbit->folder);
	assert_int_equal(system(command), 0);
	rabbit->folder[0] = '\0';
}

/* Whether it went well; what it prints is in `said`. */
static bool control(struct rabbit *rabbit, const char *const arguments[])
{
	char path[100];
	int status = 0;

	snprintf(path, sizeof path, "%s/ctl.log", rabbit->folder);
	unlink(path);
	pid_t pid = run(rabbit, "ctl.log", arguments);
	bool ended = wait_for(pid, &status, CONTROL_S * 1000LL);
	if (!ended)
		kill_and_wait(&pid);
	char *said = read_output(rabbit, "ctl.log");
	snprintf(rabbit->said, sizeof rabbit->said, "%s%s", ended ? "" : "too slow: ", said);
	free(said);
	return ended && status == 0;
}

/* It takes connections before it says of itself that it runs. */
static bool is_starting(const struct rabbit *rabbit)
{
	return strstr(rabbit->said, "requires the 'rabbit' app to be running");
}

void rabbit_ctl(struct rabbit *rabbit, const char *command, ...)
{
	const char *arguments[ARGUMENTS_MAX] = { BIN "rabbitmqctl", "--quiet", command };
	int64_t until_ms = tc_test_now_ms() + CONTROL_S * 1000LL;
	size_t count = 3;
	va_list more;

	va_start(more, command);
	while ((arguments[count] = va_arg(more, const char *)))
		assert_true(++count < ARGUMENTS_MAX);
	va_end(more);
	bool good = control(rabbit, arguments);
	while (!good && is_starting(rabbit) && tc_test_now_ms() < until_ms)
		good = control(rabbit, arguments);
	if (!good)
		fail_msg("rabbitmqctl %s: %s", command, rabbit->said);
}

void rabbit_sync(struct rabbit *rabbit)
{
	rabbit_ctl(rabbit, "eval", "[ok = dets:sync(Table) || Table <- dets:all()].", NULL);
}

/* ---- how it is reached ---- */

static void encode(char *to, size_t size, const char *text)
{
	size_t used = 0;

	for (; *text && used + 4 < size; text++) {
		bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
			(*text >= '0' && *text <= '9');
		used += (size_t)snprintf(
			to + used, size - used, plain ? "%c" : "%%%02X", (unsigned char)*text);
	}
	to[used] = '\0';
}

const char *rabbit_url_to(const struct rabbit *rabbit, const char *user, bool tls, const char *host,
	const char *vhost)
{
	static char urls[4][512];
	static int next;
	char *url = urls[next++ % 4];
	char password[100];
	char place[200];

	encode(password, sizeof password, RABBIT_PASSWORD);
	encode(place, sizeof place, vhost);
	snprintf(url, sizeof *urls, "%s://%s:%s@%s:%d/%s", tls ? "amqps" : "amqp", user, password,
		host, tls ? rabbit->tls_port : rabbit->port, place);
	return url;
}

const char *rabbit_url(const struct rabbit *rabbit, const char *user, bool tls)
{
	return rabbit_url_to(rabbit, user, tls, tls ? "localhost" : "127.0.0.1", "/");
}
