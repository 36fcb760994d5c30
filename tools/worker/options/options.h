/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_OPTIONS_H
#define WORKER_OPTIONS_H

/*
 * What the worker is told: by its command line, by a configuration file, and for what neither says
 * by the environment. The file is a JSON object with the names that generic-worker's has, in any
 * case of letters, as worker-runner writes some in another one. A name that means nothing here is
 * warned of and ignored, as a pool's configuration is often for several workers; a value of the
 * wrong type is an error.
 */

#include <stdio.h>
#include <taskcluster/credentials.h>
#include <taskcluster/json.h>

enum options_command {
	OPTIONS_RUN = 1,
	OPTIONS_NEW_KEY,
	OPTIONS_SHOW_SCHEMA,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_SHORT_VERSION
};

/* The exit codes of the production worker, as far as they have a meaning here. */
enum options_exit {
	EXIT_TASKS_DONE = 0,
	EXIT_UNREADABLE = 64, /* the command line or the configuration file */
	EXIT_IDLE = 68,
	EXIT_INTERNAL = 69, /* the worker broke, or may not work */
	EXIT_MANAGER = 70,  /* worker-manager wants it to end */
	EXIT_INTERRUPTED = 71,
	EXIT_TERMINATED = 72,
	EXIT_INVALID = 73, /* the configuration can be read, but cannot work */
	EXIT_KEY = 75      /* a new key could not be made */
};

/* Texts are the options' own, NULL where nothing is said and there is no default. */
struct options {
	enum options_command command;
	char *config_path;
	bool with_runner; /* --with-worker-runner */
	char *task_user;  /* --task-user: tasks run as this user; NULL: as the worker's own */
	char *key_path;   /* --file, of a new key */

	/* where, and as whom */
	char *root_url;
	tc_credentials *credentials;        /* NULL: those of the pool */
	char *provisioner_id, *worker_type; /* together, or */
	char *task_queue_id;                /* both in one, which is set in either case */
	char *worker_group, *worker_id;     /* required */
	char *provider_id, *static_secret;  /* both: a static worker of worker-manager */
	const char *secret_config;         /* config_path, where the file has secrets in it; NULL */
	char *instance_id, *instance_type; /* facts, for logs and certificates */
	char *region, *availability_zone;  /* the same */
	char *public_ip, *private_ip, *location; /* and here */
	const tc_json *metadata;                 /* workerTypeMetadata; NULL */

	/* how it works */
	int64_t capacity;
	int64_t tasks;    /* numberOfTasksToRun; 0: without end */
	int64_t idle_s;   /* 0: for ever */
	int64_t run_s;    /* the most that maxRunTime may be */
	int64_t disk_mib; /* that shall be free */
	int64_t poll_s;   /* statusPollSecs: whether a task was canceled is asked so often; 0: not
			   */
	bool clean_up, object_artifacts;

	/* what it has, and where */
	char *tasks_folder, *caches_folder, *downloads_folder; /* absolute */
	char *state_path;                                      /* absolute */
	char *signing_key;                                     /* NULL: no chain of trust */
	char *proxy_program;                                   /* NULL: beside this one */
	int64_t proxy_port;                                    /* and so on with capacity; 0: any */
	int64_t live_port, live_expose_port;
	char *live_host;
	char *tls_certificate, *tls_key; /* of the live log; PEM files */
	bool live_log, mounts, proxy, chain_of_trust;
};

/*
 * Reads all of it, and takes the TASKCLUSTER_ variables out of the environment, so that nothing
 * that is started gets them. 0, or an enum options_exit with the reason printed to `out`, where
 * warnings go, too.
 */
int options_read(struct options *options, int argc, char **argv, FILE *out);
void options_clear(struct options *options);

void options_help(FILE *out);

#endif
