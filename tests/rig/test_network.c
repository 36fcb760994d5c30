/* SPDX-License-Identifier: MPL-2.0 */
/* What networks demand of TLS: certificates of both sides, keys that are known, versions; and how
 * the command line's variables say the same. */
#include "world.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <taskcluster/queue.h>
#include <time.h>
#include <unistd.h>

struct scene {
	struct desk desk;
	char url[128];
	char folder[64]; /* of the test's own files */
	char ca_file[200], client_file[200], client_key[200];
	char other_file[200], empty_folder[200], ca_folder[200], locked_key[200];
	tc_error err;
};

static struct scene scene;

static void path_of(char path[200], const char *folder, const char *name)
{
	int length = snprintf(path, 200, "%s/%s", folder, name);

	assert_true(length > 0 && length < 200);
}

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

/* Another authority, the rig's in a folder, and the client's key with a password. */
static void make_files(void)
{
	char command[2000];

	snprintf(command, sizeof command,
		"exec 2>/dev/null; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
		"-nodes -days 2 -subj /CN=other -keyout %s/other.key -out %s && mkdir %s %s && "
		"cp %s %s/ && openssl rehash %s && openssl pkcs8 -topk8 -in %s -out %s "
		"-passout pass:secret",
		scene.folder, scene.other_file, scene.empty_folder, scene.ca_folder, scene.ca_file,
		scene.ca_folder, scene.ca_folder, scene.client_key, scene.locked_key);
	run(command);
}

static int begin(void **state)
{
	(void)state;
	scene = (struct scene){ .folder = "/tmp/tc-network-XXXXXX", .err = TC_ERROR_INIT };
	assert_non_null(mkdtemp(scene.folder));
	path_of(scene.ca_file, tc_rig_folder(), "ca.pem");
	path_of(scene.client_file, tc_rig_folder(), "client.pem");
	path_of(scene.client_key, tc_rig_folder(), "client.key");
	path_of(scene.other_file, scene.folder, "other.pem");
	path_of(scene.empty_folder, scene.folder, "empty");
	path_of(scene.ca_folder, scene.folder, "authorities");
	path_of(scene.locked_key, scene.folder, "locked.key");
	make_files();
	desk_open(&scene.desk, "{\"alive\":true,\"uptime\":1}");
	return 0;
}

static int end(void **state)
{
	char command[100];

	(void)state;
	desk_close(&scene.desk);
	snprintf(command, sizeof command, "rm -r %s", scene.folder);
	run(command);
	return 0;
}

/* Options for the server by a kind of name (NULL: the usual). */
static struct tc_options options_of(const char *kind)
{
	int port = tc_responder_port(scene.desk.responder);

	if (kind)
		tc_rig_other_url(scene.url, sizeof scene.url, kind, port);
	else
		tc_rig_url(scene.url, sizeof scene.url, port);
	return rig_options(scene.url);
}

static int call_by(const struct tc_options *options)
{
	tc_error_clear(&scene.err);
	tc_client *client = tc_client_new(options, &scene.err);
	if (!client)
		return scene.err.code;
	int rc = tc_queue_ping(client, NULL, &scene.err);
	tc_client_free(client);
	return rc;
}

static void works(const struct tc_options *options)
{
	assert_ok(call_by(options), &scene.err);
}

static void fails(const struct tc_options *options, int code, const char *part)
{
	assert_int_equal(call_by(options), code);
	assert_failure(&scene.err, code, part);
}

static char *read_file(const char *path)
{
	static char text[8000];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* ---- whom to trust ---- */

static void an_authority_in_a_file(void **state)
{
	struct tc_options options = options_of(NULL);

	(void)state;
	options.ca_file = scene.ca_file;
	works(&options);
	options.ca_file = scene.other_file;
	fails(&options, TC_ERROR_NETWORK, "certificate");
}

static void an_authority_in_a_folder(void **state)
{
	struct tc_options options = options_of(NULL);

	(void)state;
	options.ca_folder = scene.ca_folder;
	works(&options);
	options.ca_folder = scene.empty_folder;
	fails(&options, TC_ERROR_NETWORK, "certificate");
	options.ca_file = scene.ca_file; /* either is enough */
	works(&options);
}

static void an_authority_in_memory(void **state)
{
	struct tc_options options = options_of(NULL);

	(void)state;
	options.ca_pem = read_file(scene.ca_file);
	works(&options);
	options.ca_pem = read_file(scene.other_file);
	fails(&options, TC_ERROR_NETWORK, "certificate");
	options.ca_folder = scene.ca_folder;
	works(&options);
	options.ca_folder = NULL;
	options.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
	fails(&options, TC_ERROR_ARGUMENT, "ca_pem: ");
}

/* The text was the caller's, and is gone by then. */
static void memory_is_copied(void **state)
{
	struct tc_options options = options_of(NULL);
	char *text = read_file(scene.ca_file);

	(void)state;
	options.ca_pem = text;
	tc_client *client = rig_client(&options);
	tc_client *dup = tc_client_dup(client, &scene.err);
	memset(text, 'x', strlen(text));
	tc_client_free(client);
	assert_ok(tc_queue_ping(dup, NULL, &scene.err), &scene.err);
	tc_client_free(dup);
}

static void authorities_of_the_environment(void **state)
{
	(void)state;
	options_of(NULL);
	setenv("TASKCLUSTER_ROOT_URL", scene.url, 1);
	setenv("SSL_CERT_FILE", scene.other_file, 1);
	fails(NULL, TC_ERROR_NETWORK, "certificate");
	setenv("SSL_CERT_DIR", scene.ca_folder, 1);
	works(NULL);
	unsetenv("SSL_CERT_FILE");
	works(NULL);
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	fails(NULL, TC_ERROR_ARGUMENT, "SSL_CERT_DIR: /nonexistent");
	unsetenv("SSL_CERT_DIR");
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	fails(NULL, TC_ERROR_ARGUMENT, "SSL_CERT_FILE: /nonexistent cannot be read");
	unsetenv("SSL_CERT_FILE");
	works(NULL);
	unsetenv("TASKCLUSTER_ROOT_URL");
}

/* The hash of the server's public key, by openssl. */
static void pin_of(char pin[64], const char *certificate)
{
	char command[600];

	snprintf(command, sizeof command,
		"openssl x509 -in %s -pubkey -noout | openssl pkey -pubin -outform DER | "
		"openssl dgst -sha256 -binary | openssl base64",
		certificate);
	FILE *output = popen(command, "r");
	assert_non_null(output);
	strcpy(pin, "sha256//");
	assert_int_equal(fscanf(output, "%55s", pin + strlen(pin)), 1);
	pclose(output);
}

static void a_pinned_key(void **state)
{
	struct tc_options options = options_of(NULL);
	char right[64], wrong[64], both[200], server[200];

	(void)state;
	path_of(server, tc_rig_folder(), "cert.pem");
	pin_of(right, server);
	pin_of(wrong, scene.other_file);
	options.pinned_key = right;
	works(&options);
	options.pinned_key = wrong;
	fails(&options, TC_ERROR_NETWORK, "public key");
	snprintf(both, sizeof both, "%s;%s", wrong, right);
	options.pinned_key = both;
	works(&options);
}

/* ---- who we are ---- */

static void a_certificate_of_the_client(void **state)
{
	struct tc_options options = options_of("who");

	(void)state;
	assert_true(call_by(&options) != TC_OK);
	options.client_certificate = scene.client_file;
	options.client_key = scene.client_key;
	works(&options);
	options.client_key = scene.locked_key;
	fails(&options, TC_ERROR_ARGUMENT, "client_certificate: ");
	options.client_key_password = "secret";
	works(&options);
	options.client_key_password = "wrong";
	fails(&options, TC_ERROR_ARGUMENT, "client_certificate: ");
	options.client_key = scene.ca_file; /* no key at all */
	fails(&options, TC_ERROR_ARGUMENT, "client_certificate: ");
}

/* The other side of a terminal that becomes ours, as we are the first of a new session. */
static void open_terminal(void)
{
	char name[64];
	int number, locked = 0, terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	if (terminal < 0 || ioctl(terminal, TIOCSPTLCK, &locked) != 0 ||
		ioctl(terminal, TIOCGPTN, &number) != 0 || setsid() < 0)
		_exit(77);
	snprintf(name, sizeof name, "/dev/pts/%d", number);
	if (open(name, O_RDWR) < 0)
		_exit(77);
}

/* What waits at a terminal minds no other signal. */
static int status_within_10_s(pid_t child)
{
	int status = 0;

	for (int i = 0; i < 1000; i++) {
		if (waitpid(child, &status, WNOHANG) == child)
			return status;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return status;
}

/* Where there is a terminal, OpenSSL would ask there for the password, and wait. */
static void a_locked_key_asks_nobody(void **state)
{
	struct tc_options options = options_of("who");

	(void)state;
	options.client_certificate = scene.client_file;
	options.client_key = scene.locked_key;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		open_terminal();
		_exit(call_by(&options) == TC_ERROR_ARGUMENT ? 0 : 1);
	}
	int status = status_within_10_s(child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static void certificate_and_key_in_one_file(void **state)
{
	struct tc_options options = options_of("who");
	char command[700], path[200];

	(void)state;
	path_of(path, scene.folder, "both.pem");
	snprintf(command, sizeof command, "cat %s %s >%s", scene.client_file, scene.client_key,
		path);
	run(command);
	options.client_certificate = path;
	works(&options);
}

/* ---- versions ---- */

static void the_oldest_tls(void **state)
{
	struct tc_options options = options_of("old");

	(void)state;
	works(&options);
	options.tls_min = TC_TLS_1_2;
	works(&options);
	options.tls_min = TC_TLS_1_3;
	fails(&options, TC_ERROR_NETWORK, "no reply from");
	options = options_of(NULL);
	options.tls_min = TC_TLS_1_3;
	works(&options);
}

static size_t http2_of(const struct tc_options *options)
{
	size_t before = atomic_load(&scene.desk.http2);

	works(options);
	return atomic_load(&scene.desk.http2) - before;
}

static void versions_of_http(void **state)
{
	struct tc_options options = options_of(NULL);

	(void)state;
	assert_int_equal(http2_of(&options), 1);
	options.http_version = TC_HTTP_1_1;
	assert_int_equal(http2_of(&options), 0);
	options.http_version = TC_HTTP_2;
	assert_int_equal(http2_of(&options), 1);
	options = options_of("http2");
	options.http_version = TC_HTTP_2;
	assert_int_equal(http2_of(&options), 1);
	options.http_version = TC_HTTP_ANY; /* nothing is asked, and nothing agreed on */
	assert_true(call_by(&options) != TC_OK);
}

/* ---- the hook ---- */

static void trust_everybody(void *curl, void *data)
{
	CURL *easy = curl;

	(void)data;
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_0);
	curl_easy_setopt(easy, CURLOPT_CAINFO, scene.ca_file);
}

static void a_hook_cannot_trust_others(void **state)
{
	struct tc_options options = options_of(NULL);

	(void)state;
	options.on_handle = trust_everybody;
	options.ca_file = scene.other_file;
	fails(&options, TC_ERROR_NETWORK, "certificate");
	options.ca_file = scene.ca_file;
	works(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_authority_in_a_file),
		cmocka_unit_test(an_authority_in_a_folder),
		cmocka_unit_test(an_authority_in_memory),
		cmocka_unit_test(memory_is_copied),
		cmocka_unit_test(authorities_of_the_environment),
		cmocka_unit_test(a_pinned_key),
		cmocka_unit_test(a_certificate_of_the_client),
		cmocka_unit_test(a_locked_key_asks_nobody),
		cmocka_unit_test(certificate_and_key_in_one_file),
		cmocka_unit_test(the_oldest_tls),
		cmocka_unit_test(versions_of_http),
		cmocka_unit_test(a_hook_cannot_trust_others),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
