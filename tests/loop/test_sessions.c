/* SPDX-License-Identifier: MPL-2.0 */
/* TLS sessions that one connection of a client has agreed on are resumed by its next, by those of
 * its loops, and by those of its dups on other threads. The server closes after each reply. */
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4
#define CALLS 15

struct scene {
	char folder[32], socket[64], ca_file[64];
	pid_t nginx;
	tc_client *client;
};

static const char configuration[] =
	"daemon off; master_process off; pid pid; events { worker_connections 100; }\n"
	"http {\n"
	"access_log off; client_body_temp_path body; proxy_temp_path proxy;\n"
	"fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n"
	"keepalive_timeout 0; ssl_session_cache shared:sessions:1m;\n"
	"ssl_certificate cert.pem; ssl_certificate_key key.pem;\n"
	"server { listen unix:socket ssl; default_type application/json;\n"
	"location / { return 200 '{\"reused\": \"$ssl_session_reused\"}'; } } }\n";

static void run(const char *format, const char *folder)
{
	char command[1024];

	snprintf(command, sizeof command, format, folder);
	assert_int_equal(system(command), 0);
}

static void write_configuration(const char *folder)
{
	char path[64];

	snprintf(path, sizeof path, "%s/nginx.conf", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(configuration, file) >= 0);
	fclose(file);
}

static bool answers(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	bool connected = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
	close(fd);
	return connected;
}

/* No longer than this test, even when that is killed. */
static void start_nginx(struct scene *scene)
{
	scene->nginx = fork();
	if (scene->nginx == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (chdir(scene->folder) == 0) {
			execlp("nginx", "nginx", "-p", ".", "-c", "nginx.conf", "-e", "log", NULL);
			execl("/usr/sbin/nginx", "nginx", "-p", ".", "-c", "nginx.conf", "-e",
				"log", NULL);
		}
		_exit(77);
	}
	for (int i = 0; i < 500 && !answers(scene->socket); i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

static tc_client *open_client(const struct scene *scene, const char *ca_file)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.root_url = "https://tls.test";
	options.unix_socket = scene->socket;
	options.ca_file = ca_file;
	options.attempts = 1;
	tc_client *client = tc_client_new(&options, &err);
	if (!client)
		fail_msg("%s", tc_error_text(&err));
	return client;
}

static int open_scene(void **state)
{
	static struct scene scene;

	strcpy(scene.folder, "/tmp/tc-session-XXXXXX");
	assert_non_null(mkdtemp(scene.folder));
	snprintf(scene.socket, sizeof scene.socket, "%s/socket", scene.folder);
	snprintf(scene.ca_file, sizeof scene.ca_file, "%s/cert.pem", scene.folder);
	run("cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
	    "-subj /CN=test -addext subjectAltName=DNS:tls.test -keyout key.pem -out cert.pem "
	    ">/dev/null 2>&1",
		scene.folder);
	write_configuration(scene.folder);
	start_nginx(&scene);
	scene.client = open_client(&scene, scene.ca_file);
	*state = &scene;
	return 0;
}

static int close_scene(void **state)
{
	struct scene *scene = *state;

	tc_client_free(scene->client);
	kill(scene->nginx, SIGKILL);
	waitpid(scene->nginx, NULL, 0);
	run("rm -r %s", scene->folder);
	return 0;
}

/* Whether the call's connection went on with a session. */
static bool resumes(tc_client *client)
{
	tc_error err = TC_ERROR_INIT;
	const tc_json *reply = NULL;
	tc_call *call = ping(client);

	assert_ok(tc_call_perform_json(call, &reply, &err), &err);
	bool reused = strcmp(tc_json_text(tc_json_get(reply, "reused")), "r") == 0;
	tc_release(reply);
	tc_call_free(call);
	return reused;
}

static void the_next_connection_resumes(void **state)
{
	struct scene *scene = *state;

	resumes(scene->client);
	assert_true(resumes(scene->client));
}

static void take_reused(void *data, uint64_t run, tc_response *response, const tc_error *err)
{
	(void)run;
	if (err)
		fail_msg("%s", tc_error_text(err));
	const tc_json *reused = tc_json_get(tc_response_json(response, NULL), "reused");
	*(bool *)data = strcmp(tc_json_text(reused), "r") == 0;
	tc_release(response);
}

static void a_loop_resumes(void **state)
{
	struct scene *scene = *state;
	tc_error err = TC_ERROR_INIT;
	bool reused = false;

	resumes(scene->client);
	tc_loop *loop = tc_loop_new(NULL, NULL);
	tc_call *call = ping(scene->client);
	assert_ok(tc_loop_start(loop, call, take_reused, &reused, NULL, &err), &err);
	assert_ok(tc_loop_run(loop, &err), &err);
	assert_true(reused);
	tc_call_free(call);
	tc_loop_free(loop);
}

/* Also when the one it was made from is gone. */
static void a_dup_resumes(void **state)
{
	struct scene *scene = *state;
	tc_error err = TC_ERROR_INIT;

	resumes(scene->client);
	tc_client *dup = tc_client_dup(scene->client, &err);
	assert_non_null(dup);
	assert_true(resumes(dup));
	tc_client *second = tc_client_dup(dup, &err);
	tc_client_free(dup);
	assert_true(resumes(second));
	tc_client_free(second);
}

/* Sessions are a client's own, and those of its dups. */
static void another_client_does_not_resume(void **state)
{
	struct scene *scene = *state;

	resumes(scene->client);
	tc_client *other = open_client(scene, scene->ca_file);
	assert_false(resumes(other));
	tc_client_free(other);
}

/* Newer versions of libcurl use a ticket of TLS 1.3 once: whoever is faster than the others has
 * those that these would have had. */
static void *call_often(void *data)
{
	tc_client *client = data;
	size_t resumed = 0;

	for (int i = 0; i < CALLS; i++)
		resumed += resumes(client);
	tc_client_free(client);
	return resumed > CALLS / 2 ? client : NULL;
}

static void threads_resume_at_the_same_time(void **state)
{
	struct scene *scene = *state;
	pthread_t threads[THREADS];
	tc_error err = TC_ERROR_INIT;

	resumes(scene->client);
	for (int i = 0; i < THREADS; i++) {
		tc_client *dup = tc_client_dup(scene->client, &err);
		assert_non_null(dup);
		assert_int_equal(pthread_create(&threads[i], NULL, call_often, dup), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *enough = NULL;
		assert_int_equal(pthread_join(threads[i], &enough), 0);
		assert_non_null(enough);
	}
}

static bool is_there(const char *command)
{
	int status = system(command);

	return status == 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_connection_resumes),
		cmocka_unit_test(a_loop_resumes),
		cmocka_unit_test(a_dup_resumes),
		cmocka_unit_test(another_client_does_not_resume),
		cmocka_unit_test(threads_resume_at_the_same_time),
	};

	if (!is_there("PATH=$PATH:/usr/sbin command -v nginx >/dev/null")) {
		fputs("skipped: nginx is not installed\n", stderr);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_scene, close_scene);
}
