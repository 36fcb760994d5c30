/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A worker: it runs the command of each task, and uploads what that made, and its log.
 *
 *	example-worker [--tasks N] [--idle SECONDS] TASK_QUEUE_ID WORKER_GROUP WORKER_ID
 *
 * The deployment and the worker's credentials come from the environment. A payload looks like
 *
 *	{"command": ["make", "test"], "maxRunTime": 600, "onExitStatus": {"retry": [75]},
 *	 "artifacts": [{"name": "public/report.txt", "path": "report.txt", "optional": true}]}
 *
 * Exit status: 0 after N tasks, 68 when idle for too long, 71 after SIGINT (the running task is
 * finished first), 72 after SIGTERM (it is given back as worker-shutdown), 64 for a bad command
 * line or environment, 69 when the queue refuses to give work.
 *
 * All that has to do with the queue is tc_worker's. A thread waits for the command, and uploads.
 * Tasks run as the worker's own user: tasks of strangers need more walls than this.
 */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <taskcluster/artifact_upload.h>
#include <taskcluster/date.h>
#include <taskcluster/worker.h>
#include <unistd.h>

#define COMMAND_MAX 256
#define BACKING_LOG "public/logs/live_backing.log"
#define LOG_TYPE "text/plain; charset=utf-8"

static tc_worker *worker;
static volatile sig_atomic_t stopped_by;

/* The one task; the thread's, but for `aborted`. */
static struct {
	tc_task *task;
	tc_client *client;
	char folder[256];
	FILE *log;   /* the command writes to it, too: nothing is buffered here */
	pid_t child; /* under the lock, by which it is killed only while its number is its own */
	pthread_mutex_t lock;
	pthread_t thread;
	enum tc_task_result result; /* the first but completed */
	volatile sig_atomic_t aborted;
} job;

/* What of the payload is used, or NULL. */
static const tc_json *payload(const char *pointer)
{
	return tc_json_at(tc_task_definition(job.task)->payload, pointer);
}

static void settle(enum tc_task_result result, const char *why)
{
	char date[TC_DATE_SIZE] = "";

	tc_from_now("", NULL, date, NULL);
	dprintf(fileno(job.log), "[taskcluster%s %s] %s\n",
		result > TC_TASK_COMPLETED ? ":error" : "", date, why);
	if (job.result == TC_TASK_COMPLETED)
		job.result = result;
}

/* ---- artifacts ---- */

/* A file by its path; NULL: the log. What is refused cannot be made by anybody. */
static void upload(const char *name, const char *path, const char *type, const char *expires)
{
	struct tc_artifact artifact = { tc_task_id(job.task), tc_task_run_id(job.task), name,
		NULL };
	struct tc_upload_options options = TC_UPLOAD_OPTIONS_INIT;
	struct tc_source log = TC_SOURCE_INIT;
	tc_error err = TC_ERROR_INIT;

	options.path = path;
	options.content_type = type;
	options.expires = expires;
	lseek(fileno(job.log), 0, SEEK_SET);
	int rc = path ? TC_OK : tc_source_fd(&log, fileno(job.log), &err);
	if (rc == TC_OK)
		rc = tc_upload_artifact(
			job.client, &artifact, path ? NULL : &log, &options, NULL, &err);
	lseek(fileno(job.log), 0, SEEK_END);
	if (rc != TC_OK)
		settle(rc == TC_ERROR_INPUT || err.http_status / 100 == 4
				? TC_TASK_MALFORMED_PAYLOAD
				: TC_TASK_RESOURCE_UNAVAILABLE,
			tc_error_text(&err));
	tc_error_clear(&err);
}

/* One without bytes: for a file that is not there, and the name under which people look for a log.
 */
static void create(const char *name, const char *missing, const char *link)
{
	struct tc_artifact artifact = { tc_task_id(job.task), tc_task_run_id(job.task), name,
		NULL };
	struct tc_create_options options = TC_CREATE_OPTIONS_INIT;

	options.reason = missing ? "file-missing-on-worker" : NULL;
	options.message = missing;
	options.link = link;
	options.content_type = link ? LOG_TYPE : NULL;
	tc_create_artifact(job.client, &artifact, &options, NULL);
}

static void make_artifact(const tc_json *artifact)
{
	const char *name = tc_json_text(tc_json_get(artifact, "name"));
	bool optional = tc_json_true(tc_json_get(artifact, "optional"));
	char path[4200], why[1100];
	struct stat info;

	snprintf(path, sizeof path, "%s/%s", job.folder,
		tc_json_text(tc_json_get(artifact, "path")));
	snprintf(why, sizeof why, "The file of artifact %.1000s is missing", name);
	if (stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
		upload(name, path, tc_json_text(tc_json_get(artifact, "contentType")),
			tc_json_text(tc_json_get(artifact, "expires")));
		return;
	}
	create(name, why, NULL);
	settle(optional ? TC_TASK_COMPLETED : TC_TASK_FAILED, why);
}

/* ---- the command ---- */

/* Fills argv and *run_time_s; what is wrong with the payload, or NULL. */
static const char *read_payload(const char *argv[COMMAND_MAX + 1], int64_t *run_time_s)
{
	const tc_json *command = payload("/command"), *files = payload("/artifacts");
	const tc_json *run_time = payload("/maxRunTime");
	size_t count = tc_json_count(command);

	if (run_time &&
		(!tc_json_int64(run_time, run_time_s) || *run_time_s < 1 || *run_time_s > 86400))
		return "payload.maxRunTime must be 1 to 86400 seconds";
	if (tc_json_kind(command) != TC_JSON_ARRAY || count == 0 || count > COMMAND_MAX)
		return "payload.command must be an array of 1 to 256 strings";
	for (size_t i = 0; i < count; i++)
		if (tc_json_kind(tc_json_item(command, i)) != TC_JSON_STRING)
			return "payload.command must be an array of strings";
	for (size_t i = 0; i <= count; i++)
		argv[i] = tc_json_text(tc_json_item(command, i));
	for (size_t i = 0; i < tc_json_count(files); i++)
		if (!tc_json_text(tc_json_get(tc_json_item(files, i), "name")) ||
			!tc_json_text(tc_json_get(tc_json_item(files, i), "path")))
			return "each of payload.artifacts must have a name and a path";
	return NULL;
}

static pid_t start_command(const char *const *argv)
{
	setenv("TASK_ID", tc_task_id(job.task), 1);
	setenv("RUN_ID", tc_task_run_id(job.task), 1);
	setenv("TASK_GROUP_ID", tc_task_definition(job.task)->task_group_id, 1);
	setenv("TASK_WORKDIR", job.folder, 1);
	pid_t child = fork();
	if (child > 0)
		setpgid(child, child); /* here too: the child may not have got to it yet */
	if (child != 0)
		return child;
	setpgid(0, 0);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(fileno(job.log), STDOUT_FILENO);
	dup2(fileno(job.log), STDERR_FILENO);
	if (chdir(job.folder) == 0)
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127); /* after fork a child may only exec or leave */
}

static void wait_for_command(void)
{
	const tc_json *retry = payload("/onExitStatus/retry");
	siginfo_t ended;
	char text[64];
	int64_t value;
	int status = 0;

	/* WNOWAIT: as long as it is not waited for, the number of its group is not used again */
	waitid(P_PID, (id_t)job.child, &ended, WEXITED | WNOWAIT);
	pthread_mutex_lock(&job.lock);
	kill(-job.child, SIGKILL); /* all that it has started */
	waitpid(job.child, &status, 0);
	job.child = 0;
	pthread_mutex_unlock(&job.lock);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	enum tc_task_result result = code ? TC_TASK_FAILED : TC_TASK_COMPLETED;
	for (size_t i = 0; i < tc_json_count(retry); i++)
		if (tc_json_int64(tc_json_item(retry, i), &value) && value == code)
			result = TC_TASK_INTERMITTENT;
	snprintf(text, sizeof text, "The command ended with exit status %d", code);
	settle(result, text);
}

/* ---- what the worker says ---- */

static void *work(void *data)
{
	const tc_json *files = payload("/artifacts");

	if (job.child > 0)
		wait_for_command();
	for (size_t i = 0; !job.aborted && job.result <= TC_TASK_FAILED && i < tc_json_count(files);
		i++)
		make_artifact(tc_json_item(files, i));
	create("public/logs/live.log", NULL, BACKING_LOG);
	upload(BACKING_LOG, NULL, LOG_TYPE, NULL); /* also of a task that is not ours any more */
	tc_client_free(job.client);
	tc_worker_resolve(worker, job.task, job.result, NULL);
	return data;
}

static void start(void *data, tc_task *task)
{
	const char *parent = getenv("TMPDIR"), *argv[COMMAND_MAX + 1], *fault = NULL;
	int64_t run_time_s = 86400;

	(void)data;
	memset(&job, 0, sizeof job);
	job.task = task;
	job.result = TC_TASK_COMPLETED;
	snprintf(job.folder, sizeof job.folder, "%s/task-XXXXXX", parent ? parent : "/tmp");
	job.log = tmpfile();
	job.client = tc_task_client_new(task, NULL);
	if (!job.log || !job.client || !mkdtemp(job.folder)) {
		tc_worker_resolve(worker, task, TC_TASK_INTERNAL_ERROR, "no folder, log or client");
		return;
	}
	fcntl(fileno(job.log), F_SETFD, FD_CLOEXEC);
	settle(TC_TASK_COMPLETED, "The command begins");
	fault = read_payload(argv, &run_time_s);
	if (fault)
		settle(TC_TASK_MALFORMED_PAYLOAD, fault);
	else if ((job.child = start_command(argv)) < 0)
		settle(TC_TASK_INTERNAL_ERROR, "The command cannot be started");
	tc_task_limit(task, run_time_s * 1000, NULL);
	pthread_mutex_init(&job.lock, NULL);
	if (pthread_create(&job.thread, NULL, work, NULL) != 0)
		work(NULL);
}

/* The thread sees the command's end; the worker knows how the task ends. */
static void abort_work(void *data, tc_task *task, enum tc_abort why)
{
	static const char *const reasons[] = { [TC_ABORT_LOST] = "The task is no longer ours",
		[TC_ABORT_CLAIM_ENDED] = "The claim has ended",
		[TC_ABORT_DEADLINE] = "The task's deadline has passed",
		[TC_ABORT_RUN_TIME] = "The command ran for longer than maxRunTime",
		[TC_ABORT_SHUTDOWN] = "The worker is shutting down" };

	(void)data, (void)task;
	dprintf(fileno(job.log), "[taskcluster:error] %s\n", reasons[why]);
	job.aborted = why != TC_ABORT_RUN_TIME; /* what a failed task made is wanted */
	pthread_mutex_lock(&job.lock);
	if (job.child > 0)
		kill(-job.child, SIGKILL);
	pthread_mutex_unlock(&job.lock);
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info, (void)type, (void)where;
	return remove(path);
}

static void ended(void *data, tc_task *task, const struct tc_task_end *end)
{
	(void)data, (void)task, (void)end;
	if (job.thread)
		pthread_join(job.thread, NULL);
	nftw(job.folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	if (job.log)
		fclose(job.log);
}

static void say(void *data, enum tc_log_level level, const char *line)
{
	(void)data, (void)level;
	puts(line);
	fflush(stdout);
}

/* ---- the program ---- */

static void on_signal(int number)
{
	if (stopped_by != SIGTERM)
		stopped_by = number;
	tc_worker_stop(worker, number == SIGTERM ? TC_STOP_ABORT : TC_STOP_FINISH);
}

static bool read_arguments(int argc, char **argv, struct tc_worker_options *options)
{
	static const struct option known[] = { { "tasks", required_argument, NULL, 't' },
		{ "idle", required_argument, NULL, 'i' }, { 0 } };

	for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		if (option == 't')
			options->task_limit = atol(optarg);
		else if (option == 'i')
			options->idle_ms = 1000 * (int64_t)atol(optarg);
		else
			return false;
	}
	if (argc - optind != 3)
		return false;
	options->task_queue_id = argv[optind];
	options->worker_group = argv[optind + 1];
	options->worker_id = argv[optind + 2];
	return true;
}

static int run(tc_error *err)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (tc_worker_run(worker, err) != TC_OK)
		return 69;
	if (tc_worker_ended(worker) == TC_END_STOPPED)
		return stopped_by == SIGTERM ? 72 : 71;
	return tc_worker_ended(worker) == TC_END_IDLE ? 68 : 0;
}

int main(int argc, char **argv)
{
	struct tc_worker_options options = TC_WORKER_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;

	options.start = start;
	options.abort = abort_work;
	options.ended = ended;
	options.log = say;
	if (!read_arguments(argc, argv, &options)) {
		fputs("usage: example-worker [--tasks N] [--idle SECONDS] TASK_QUEUE_ID "
		      "WORKER_GROUP WORKER_ID\n",
			stderr);
		return 64;
	}
	tc_client *client = tc_client_new(NULL, &err);
	/* tasks inherit the environment, but not the worker's own secrets */
	unsetenv("TASKCLUSTER_CLIENT_ID");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
	unsetenv("TASKCLUSTER_CERTIFICATE");
	worker = client ? tc_worker_new(NULL, client, &options, &err) : NULL;
	int status = worker ? run(&err) : 64;
	if (err.code != TC_OK)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	tc_worker_free(worker);
	tc_client_free(client);
	tc_error_clear(&err);
	return status;
}
