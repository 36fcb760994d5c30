/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A worker: it claims tasks, runs the command of each, renews the claim meanwhile, uploads what the
 * command made and its log, and reports how it went.
 *
 *	example-worker [--tasks N] [--idle SECONDS] TASK_QUEUE_ID WORKER_GROUP WORKER_ID
 *
 * The deployment and the worker's credentials come from the environment. A payload looks like
 *
 *	{"command": ["make", "test"], "maxRunTime": 600, "onExitStatus": {"retry": [75]},
 *	 "artifacts": [{"name": "public/report.txt", "path": "report.txt"}]}
 *
 * Exit status: 0 after N tasks, 68 when idle for too long, 71 after SIGINT (the running task is
 * finished first), 72 after SIGTERM (it is given back as worker-shutdown), 64 for a bad command
 * line or environment, 69 when the queue refuses to give work.
 *
 * Tasks run as the worker's own user: tasks of strangers need more walls than this.
 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <taskcluster/claim.h>
#include <taskcluster/date.h>
#include <taskcluster/queue.h>
#include <taskcluster/transfer.h>
#include <unistd.h>

#define COMMAND_MAX 256
#define RUN_TIME_MAX_S 86400
#define LOG_TYPE "text/plain; charset=utf-8"

struct worker {
	tc_client *client;
	const char *queue, *group, *id;
	long tasks;      /* so many, then exit; 0: without end */
	int64_t idle_ms; /* so long without work, then exit; 0: never */
	bool claiming;   /* inside claimWork, the one call that a signal may end */
};

/* What a task comes to. DROPPED: it is no longer ours, and nothing is to be said of it. */
enum result { COMPLETED, FAILED, EXCEPTION, DROPPED };

struct task {
	const struct tc_queue_task_data *definition;
	const struct tc_queue_task_status *status;
	char run_id[TC_DECIMAL_SIZE];
	tc_client *client;  /* with the credentials of the claim */
	tc_client *storage; /* where artifacts go, while the other one may renew the claim */
	int64_t renew_ms;   /* when to renew the claim, */
	int64_t end_ms;     /* and when it ends */
	char folder[256];   /* where the command runs */
	FILE *log;
	enum result result;
	const char *reason; /* of an exception */
};

static volatile sig_atomic_t stop; /* the signal that came, or 0 */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A date of the server's, by this machine's clock. */
static int64_t date_ms(const tc_client *client, const char *date)
{
	struct timespec when = { 0 };

	tc_date_parse(date, &when, NULL);
	return (int64_t)when.tv_sec * 1000 + when.tv_nsec / 1000000 -
		tc_client_clock_offset_ms(client);
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* Whether the server says no, rather than: later. */
static bool is_refusal(const tc_error *err)
{
	return err->http_status / 100 == 4 && err->http_status != 408 && err->http_status != 429;
}

/* The worker's own lines in a task's log; `kind` is "", ":warn" or ":error". The command writes to
 * the same file, so nothing is buffered here. */
static void log_line(const struct task *task, const char *kind, const char *text)
{
	char date[TC_DATE_SIZE] = "";

	tc_from_now("", NULL, date, NULL);
	dprintf(fileno(task->log), "[taskcluster%s %s] %s\n", kind, date, text);
}

/* The first thing that goes wrong decides how a task ends. */
static void settle(struct task *task, enum result result, const char *reason, const char *why)
{
	log_line(task, ":error", why);
	if (task->result != COMPLETED)
		return;
	task->result = result;
	task->reason = reason;
}

/* ---- the claim ---- */

/* Takes over what a claim or its renewal brought: each has new credentials. */
static int take_claim(struct task *task, const struct tc_queue_task_credentials *given,
	const char *taken_until, tc_error *err)
{
	int64_t now = now_ms();
	tc_credentials *credentials = tc_claim_credentials(given, err);

	if (!credentials)
		return err->code;
	tc_client_set_credentials(task->client, credentials);
	tc_credentials_free(credentials);
	task->end_ms = date_ms(task->client, taken_until);
	task->renew_ms = task->end_ms - 180 * 1000;
	if (task->end_ms - now < 600 * 1000)
		task->renew_ms = now + (task->end_ms - now) * 7 / 10;
	return TC_OK;
}

/* Renews the claim when it is time; to be called often. False when the task is no longer ours. */
static bool keep_claim(struct task *task)
{
	struct tc_queue_task_reclaim_response *reply = NULL;
	tc_error err = TC_ERROR_INIT;

	if (task->result == DROPPED || now_ms() < task->renew_ms)
		return task->result != DROPPED;
	int rc = tc_queue_reclaim_task(
		task->client, task->status->task_id, task->run_id, &reply, &err);
	if (rc == TC_OK)
		rc = take_claim(task, &reply->credentials, reply->taken_until, &err);
	tc_release(reply);
	if (err.http_status == 409 || err.http_status == 404 || now_ms() >= task->end_ms) {
		settle(task, DROPPED, NULL, tc_error_text(&err));
		task->result = DROPPED; /* whatever it was going to be */
	} else if (rc != TC_OK) {
		task->renew_ms = now_ms() + 1000; /* trouble on the way: again, until it ends */
	}
	tc_error_clear(&err);
	return task->result != DROPPED;
}

/* ---- the command ---- */

/* Fills argv and *run_time_s; what is wrong with the payload, or NULL. */
static const char *read_payload(
	const tc_json *payload, const char *argv[COMMAND_MAX + 1], int64_t *run_time_s)
{
	const tc_json *command = tc_json_get(payload, "command");
	const tc_json *run_time = tc_json_get(payload, "maxRunTime");
	const tc_json *artifacts = tc_json_get(payload, "artifacts");
	size_t count = tc_json_count(command);

	*run_time_s = RUN_TIME_MAX_S;
	if (run_time && !tc_json_int64(run_time, run_time_s))
		return "payload.maxRunTime must be a number of seconds";
	if (*run_time_s < 1 || *run_time_s > RUN_TIME_MAX_S)
		return "payload.maxRunTime must be 1 to 86400 seconds";
	if (tc_json_kind(command) != TC_JSON_ARRAY || count == 0 || count > COMMAND_MAX)
		return "payload.command must be an array of 1 to 256 strings";
	argv[count] = NULL;
	for (size_t i = 0; i < count; i++) {
		argv[i] = tc_json_text(tc_json_item(command, i));
		if (tc_json_kind(tc_json_item(command, i)) != TC_JSON_STRING)
			return "payload.command must be an array of strings";
	}
	for (size_t i = 0; i < tc_json_count(artifacts); i++) {
		if (!tc_json_text(tc_json_get(tc_json_item(artifacts, i), "name")) ||
			!tc_json_text(tc_json_get(tc_json_item(artifacts, i), "path")))
			return "each of payload.artifacts must have a name and a path";
	}
	return NULL;
}

static pid_t start_command(const struct task *task, const char *const *argv)
{
	pid_t child = fork();

	if (child > 0)
		setpgid(child, child); /* here too: the child may not have got to it yet */
	if (child != 0)
		return child;
	setpgid(0, 0);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(fileno(task->log), STDOUT_FILENO);
	dup2(fileno(task->log), STDERR_FILENO);
	if (chdir(task->folder) == 0)
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127); /* after fork a child may only exec or leave */
}

static void judge(struct task *task, int status)
{
	const tc_json *retry = tc_json_at(task->definition->payload, "/onExitStatus/retry");
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	char text[64];
	int64_t value;

	snprintf(text, sizeof text, "The command ended with exit status %d", code);
	for (size_t i = 0; i < tc_json_count(retry); i++) {
		if (tc_json_int64(tc_json_item(retry, i), &value) && value == code)
			settle(task, EXCEPTION, "intermittent-task", text);
	}
	if (code == 0)
		log_line(task, "", text);
	else
		settle(task, FAILED, NULL, text);
}

/* Whether the command may go on; if not, the result is settled. */
static bool may_run(struct task *task, int64_t end_ms)
{
	if (!keep_claim(task))
		return false;
	if (now_ms() > date_ms(task->client, task->definition->deadline))
		settle(task, DROPPED, NULL, "The task's deadline has passed");
	else if (stop == SIGTERM)
		settle(task, EXCEPTION, "worker-shutdown", "The worker is shutting down");
	else if (now_ms() > end_ms)
		settle(task, FAILED, NULL, "The command ran for longer than maxRunTime");
	return task->result == COMPLETED;
}

static void run_command(struct task *task)
{
	const char *argv[COMMAND_MAX + 1];
	int64_t run_time_s;
	siginfo_t ended = { 0 };
	int status;
	const char *fault = read_payload(task->definition->payload, argv, &run_time_s);

	if (fault) {
		settle(task, EXCEPTION, "malformed-payload", fault);
		return;
	}
	int64_t end_ms = now_ms() + run_time_s * 1000;
	pid_t child = start_command(task, argv);
	if (child < 0) {
		settle(task, EXCEPTION, "internal-error", strerror(errno));
		return;
	}
	/* WNOWAIT: as long as it is not waited for, the number of its group is not used again */
	while (waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		ended.si_pid == 0 && may_run(task, end_ms))
		pause_ms(20);
	kill(-child, SIGKILL); /* with all that it has started */
	waitpid(child, &status, 0);
	if (task->result == COMPLETED)
		judge(task, status);
}

/* ---- artifacts ---- */

static bool create_artifact(struct task *task, const char *name,
	const struct tc_queue_post_artifact_request *artifact,
	struct tc_queue_post_artifact_response **reply)
{
	tc_error err = TC_ERROR_INIT;

	if (!keep_claim(task))
		return false;
	if (tc_queue_create_artifact(task->client, task->status->task_id, task->run_id, name,
		    artifact, reply, &err) == TC_OK)
		return true;
	/* refused, here or there: the payload asks for what cannot be; else it is trouble */
	bool refused = err.code == TC_ERROR_INPUT || is_refusal(&err);
	settle(task, EXCEPTION, refused ? "malformed-payload" : "resource-unavailable",
		tc_error_text(&err));
	tc_error_clear(&err);
	return false;
}

/* Called while a file is on its way. */
static int keep_uploading(void *task, const struct tc_progress *progress)
{
	(void)progress;
	return !keep_claim(task);
}

/* Sends a file's bytes; the storage wants the very content type that the queue told. */
static int put(struct task *task, const struct tc_queue_post_artifact_response_s3 *where, int fd,
	tc_error *err)
{
	struct tc_source body = TC_SOURCE_INIT;
	struct tc_transfer_options options = TC_TRANSFER_OPTIONS_INIT;
	struct tc_call_options own = TC_CALL_OPTIONS_INIT;
	tc_call *call = NULL;

	options.body = &body;
	own.progress = keep_uploading;
	own.progress_data = task;
	int rc = tc_source_fd(&body, fd, err);
	/* all of it: the log stands where the command has stopped writing */
	body.length += body.offset;
	body.offset = 0;
	if (rc == TC_OK)
		call = tc_transfer_new(task->storage, "PUT", where->put_url, &options, err);
	if (call)
		rc = tc_call_header(call, "Content-Type", where->content_type, err);
	if (call && rc == TC_OK)
		rc = tc_call_set_options(call, &own, err);
	if (call && rc == TC_OK)
		rc = tc_call_perform(call, NULL, err);
	tc_call_free(call);
	return call ? rc : err->code;
}

/* Uploads a file. Each attempt asks the queue first, which may be repeated and gives a fresh URL.
 */
static void upload(
	struct task *task, const char *name, const char *type, const char *expires, FILE *file)
{
	const struct tc_queue_post_artifact_request artifact = {
		.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_S3,
		.s3 = { .content_type = type, .expires = expires }
	};
	tc_error err = TC_ERROR_INIT;
	int rc = TC_ERROR_REPLY;

	for (int attempt = 0; rc != TC_OK && attempt < 5; attempt++) {
		struct tc_queue_post_artifact_response *reply = NULL;
		tc_error_clear(&err);
		if (!create_artifact(task, name, &artifact, &reply))
			return;
		if (reply->tag == TC_QUEUE_POST_ARTIFACT_RESPONSE_S3)
			rc = put(task, &reply->s3, fileno(file), &err);
		tc_release(reply);
		if (task->result == DROPPED)
			break;
	}
	if (rc != TC_OK)
		settle(task, EXCEPTION, "resource-unavailable", tc_error_text(&err));
	tc_error_clear(&err);
}

/* An artifact that is not there is told as such. */
static void note_missing(struct task *task, const char *name, bool optional)
{
	char message[1100];

	snprintf(message, sizeof message, "The file of artifact %.1000s is missing", name);
	create_artifact(task, name,
		&(struct tc_queue_post_artifact_request){
			.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_ERROR,
			.error_ = { .reason = "file-missing-on-worker",
				.message = message,
				.expires = task->status->expires } },
		NULL);
	if (optional)
		log_line(task, ":warn", message);
	else
		settle(task, FAILED, NULL, message);
}

static void upload_artifact(struct task *task, const tc_json *artifact)
{
	const char *name = tc_json_text(tc_json_get(artifact, "name"));
	const char *type = tc_json_text(tc_json_get(artifact, "contentType"));
	const char *expires = tc_json_text(tc_json_get(artifact, "expires"));
	char path[4200];
	struct stat info;

	snprintf(path, sizeof path, "%s/%s", task->folder,
		tc_json_text(tc_json_get(artifact, "path")));
	FILE *file = stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "rb") : NULL;
	if (!file) {
		note_missing(task, name, tc_json_true(tc_json_get(artifact, "optional")));
		return;
	}
	upload(task, name, type ? type : "application/octet-stream",
		expires ? expires : task->status->expires, file);
	fclose(file);
}

static void upload_all(struct task *task)
{
	static const char backing[] = "public/logs/live_backing.log";
	const tc_json *artifacts = tc_json_get(task->definition->payload, "artifacts");

	for (size_t i = 0; task->result <= FAILED && i < tc_json_count(artifacts); i++)
		upload_artifact(task, tc_json_item(artifacts, i));
	/* under this name people look for a log, whether the task runs or has ended */
	create_artifact(task, "public/logs/live.log",
		&(struct tc_queue_post_artifact_request){
			.tag = TC_QUEUE_POST_ARTIFACT_REQUEST_LINK,
			.link_ = { .artifact = backing,
				.content_type = LOG_TYPE,
				.expires = task->status->expires } },
		NULL);
	upload(task, backing, LOG_TYPE, task->status->expires, task->log);
}

/* ---- a task, from its claim to its report ---- */

static void report(struct task *task)
{
	static const char *const names[] = { "completed", "failed", "exception", "dropped" };
	const char *id = task->status->task_id;
	tc_error err = TC_ERROR_INIT;
	int rc = TC_OK;

	if (task->result == COMPLETED)
		rc = tc_queue_report_completed(task->client, id, task->run_id, NULL, &err);
	if (task->result == FAILED)
		rc = tc_queue_report_failed(task->client, id, task->run_id, NULL, &err);
	if (task->result == EXCEPTION)
		rc = tc_queue_report_exception(task->client, id, task->run_id,
			&(struct tc_queue_task_exception_request){ .reason = task->reason }, NULL,
			&err);
	printf("%s, task %s run %s: %s%s%s\n", task->definition->metadata.name, id, task->run_id,
		names[task->result], task->reason ? ", " : "", task->reason ? task->reason : "");
	fflush(stdout);
	if (rc != TC_OK)
		fprintf(stderr, "it could not be reported: %s\n", tc_error_text(&err));
	tc_error_clear(&err);
}

/* What the task needs on this machine: a folder, a log, variables. */
static bool prepare(struct task *task)
{
	const char *parent = getenv("TMPDIR");

	snprintf(task->folder, sizeof task->folder, "%s/task-XXXXXX", parent ? parent : "/tmp");
	task->log = tmpfile();
	if (!task->log || !mkdtemp(task->folder))
		return false;
	fcntl(fileno(task->log), F_SETFD, FD_CLOEXEC);
	setenv("TASK_ID", task->status->task_id, 1);
	setenv("RUN_ID", task->run_id, 1);
	setenv("TASK_GROUP_ID", task->definition->task_group_id, 1);
	setenv("TASK_WORKDIR", task->folder, 1);
	return true;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info, (void)type, (void)where;
	return remove(path);
}

static void run_task(tc_client *client, const struct tc_queue_claim_work_response_tasks *claimed)
{
	struct task task = { .definition = &claimed->task, .status = &claimed->status };
	tc_error err = TC_ERROR_INIT;

	tc_decimal(task.run_id, claimed->run_id);
	task.client = tc_client_dup(client, &err);
	task.storage = tc_client_dup(client, &err);
	if (!task.client || !task.storage || !prepare(&task) ||
		take_claim(&task, &claimed->credentials, claimed->taken_until, &err) != TC_OK) {
		/* nothing can be reported like this: the claim expires, and another run follows */
		fprintf(stderr, "the task cannot be prepared: %s\n", tc_error_text(&err));
		goto out;
	}
	log_line(&task, "", "The command begins");
	run_command(&task);
	if (task.result != DROPPED)
		upload_all(&task);
	report(&task);
out:
	nftw(task.folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	if (task.log)
		fclose(task.log);
	tc_client_free(task.storage);
	tc_client_free(task.client);
	tc_error_clear(&err);
}

/* ---- the worker ---- */

static void on_signal(int number)
{
	if (stop != SIGTERM)
		stop = number;
}

/* Called while calls run: a signal ends the long wait for work, and only that. */
static int stop_waiting(void *data, const struct tc_progress *progress)
{
	const struct worker *worker = data;

	(void)progress;
	return worker->claiming && stop;
}

/* Claims one task and runs it; *found says whether there was one. */
static int work_once(struct worker *worker, bool *found, tc_error *err)
{
	struct tc_queue_claim_work_response *reply = NULL;
	const struct tc_queue_claim_work_request request = {
		.tasks = { .present = true, .value = 1 },
		.worker_group = worker->group,
		.worker_id = worker->id,
	};

	worker->claiming = true;
	int rc = tc_queue_claim_work(worker->client, worker->queue, &request, &reply, err);
	worker->claiming = false;
	*found = rc == TC_OK && reply->tasks_count > 0;
	if (*found)
		run_task(worker->client, &reply->tasks[0]);
	tc_release(reply);
	return rc;
}

static bool is_idle(const struct worker *worker, int64_t last_work_ms)
{
	return worker->idle_ms && now_ms() - last_work_ms >= worker->idle_ms;
}

static int work(struct worker *worker)
{
	int64_t last_work_ms = now_ms();
	long done = 0;

	while (!stop) {
		tc_error err = TC_ERROR_INIT;
		int64_t begun_ms = now_ms();
		bool found;
		if (work_once(worker, &found, &err) != TC_OK && !stop)
			fprintf(stderr, "no work was claimed: %s\n", tc_error_text(&err));
		bool refused = is_refusal(&err);
		tc_error_clear(&err);
		if (refused)
			return 69;
		if (found && ++done == worker->tasks)
			return 0;
		if (found) {
			last_work_ms = now_ms();
			continue;
		}
		/* an empty answer takes 20 s; should it come at once, the queue is not hammered */
		while (!stop && now_ms() - begun_ms < 5000 && !is_idle(worker, last_work_ms))
			pause_ms(50);
		if (is_idle(worker, last_work_ms))
			return 68;
	}
	return stop == SIGTERM ? 72 : 71;
}

static tc_client *open_client(struct worker *worker, tc_error *err)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_credentials *credentials = tc_credentials_from_environment(err);

	if (!credentials)
		return NULL;
	options.root_url = getenv("TASKCLUSTER_ROOT_URL");
	options.credentials = credentials;
	options.progress = stop_waiting;
	options.progress_data = worker;
	tc_client *client = tc_client_new(&options, err);
	tc_credentials_free(credentials);
	/* tasks inherit the environment, but not the worker's own secrets */
	unsetenv("TASKCLUSTER_CLIENT_ID");
	unsetenv("TASKCLUSTER_ACCESS_TOKEN");
	unsetenv("TASKCLUSTER_CERTIFICATE");
	return client;
}

static bool read_arguments(int argc, char **argv, struct worker *worker)
{
	static const struct option options[] = { { "tasks", required_argument, NULL, 't' },
		{ "idle", required_argument, NULL, 'i' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 't')
			worker->tasks = atol(optarg);
		else if (option == 'i')
			worker->idle_ms = 1000 * (int64_t)atol(optarg);
		else
			return false;
	}
	if (argc - optind != 3)
		return false;
	worker->queue = argv[optind];
	worker->group = argv[optind + 1];
	worker->id = argv[optind + 2];
	return true;
}

int main(int argc, char **argv)
{
	struct worker worker = { 0 };
	struct sigaction action = { .sa_handler = on_signal };
	tc_error err = TC_ERROR_INIT;

	if (!read_arguments(argc, argv, &worker)) {
		fputs("usage: example-worker [--tasks N] [--idle SECONDS] "
		      "TASK_QUEUE_ID WORKER_GROUP WORKER_ID\n",
			stderr);
		return 64;
	}
	worker.client = open_client(&worker, &err);
	if (!worker.client) {
		fprintf(stderr, "%s\n", tc_error_text(&err));
		tc_error_clear(&err);
		return 64;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	int status = work(&worker);
	tc_client_free(worker.client);
	return status;
}
