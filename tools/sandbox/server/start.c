/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/server/start.h"

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/error.h"
#include "tools/sandbox/base/write.h"
#include "tools/sandbox/events/events.h"
#include "tools/sandbox/page/page.h"
#include "tools/sandbox/pulse/pulse.h"
#include "tools/sandbox/request/common.h"
#include "tools/sandbox/server/handlers.h"
#include "tools/sandbox/server/http.h"
#include "tools/sandbox/server/serve.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <taskcluster/registry.h>
#include <taskcluster/slugid.h>
#include <unistd.h>

/* What anybody may do, also without credentials. A public deployment lets everybody read; workers,
 * the proxy inside tasks and tools lean on it. --private grants what every deployment does. */
#define ANONYMOUS_PRIVATE "[\"queue:get-artifact:public/*\"]"
#define ANONYMOUS_PUBLIC \
	"[\"auth:current-scopes\",\"auth:get-client:*\",\"auth:get-role:*\"," \
	"\"auth:list-clients\",\"auth:list-roles\",\"hooks:get:*\"," \
	"\"hooks:list-hooks:*\",\"hooks:list-last-fires:*\",\"hooks:status:*\"," \
	"\"index:find-task:*\",\"index:list-namespaces:*\",\"index:list-tasks:*\"," \
	"\"purge-cache:all-purge-requests\",\"purge-cache:purge-requests:*\"," \
	"\"queue:claimed-count:*\",\"queue:claimed-list:*\"," \
	"\"queue:get-artifact:public/*\",\"queue:get-provisioner:*\"," \
	"\"queue:get-task-queue:*\",\"queue:get-task:*\",\"queue:get-worker-type:*\"," \
	"\"queue:get-worker:*\",\"queue:list-artifacts:*\"," \
	"\"queue:list-dependent-tasks:*\",\"queue:list-provisioners\"," \
	"\"queue:list-task-group:*\",\"queue:list-task-queues\"," \
	"\"queue:list-worker-types:*\",\"queue:list-workers:*\"," \
	"\"queue:pending-count:*\",\"queue:pending-list:*\",\"queue:status:*\"," \
	"\"secrets:list-secrets\",\"worker-manager:get-worker-pool:*\"," \
	"\"worker-manager:get-worker:*\",\"worker-manager:list-providers\"," \
	"\"worker-manager:list-worker-pool-errors:*\"," \
	"\"worker-manager:list-worker-pools\",\"worker-manager:list-workers:*\"]"

/* Where the references are, as seen from this program's folder. */
#ifndef TC_REFERENCES_PATH
#error "the build says where the references of this program are"
#endif

#define YEAR_MS ((int64_t)365 * 24 * 60 * 60 * 1000)

/* A service as a client: it signs what it gives away. Its token stays from start to start. */
static void store_issuer(struct sandbox *sandbox, const char *id, const char *description,
	const char *scopes, int64_t now)
{
	char token[2 * TC_SLUGID_SIZE];

	tc_slugid_v4(token);
	tc_slugid_v4(token + TC_SLUGID_SIZE - 1);
	store_run(sandbox->store,
		"INSERT OR IGNORE INTO clients (client_id, access_token, description, scopes, "
		"expires, created, modified, used, rotated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ttttiiiii", id, token, description, scopes, now + 100 * YEAR_MS, now, now, now,
		now);
}

/* The Queue signs the credentials of workers, the Index the addresses of artifacts. */
static void store_issuers(struct sandbox *sandbox, int64_t now)
{
	store_issuer(sandbox, QUEUE_ISSUER, "The queue itself", "[\"*\"]", now);
	store_issuer(sandbox, "static/taskcluster/index", "The index itself",
		"[\"queue:get-artifact:*\"]", now);
}

static int store_root_client(struct sandbox *sandbox, tc_error *err)
{
	struct options *options = &sandbox->options;
	int64_t now = sandbox_now();
	static char token[2 * TC_SLUGID_SIZE];

	if (!options->access_token) {
		tc_slugid_v4(token);
		tc_slugid_v4(token + TC_SLUGID_SIZE - 1);
		options->access_token = token;
	}
	store_begin(sandbox->store);
	store_run(sandbox->store,
		"INSERT OR REPLACE INTO clients (client_id, access_token, description, scopes, "
		"expires, created, modified, used, rotated) VALUES (?, ?, 'The root client', "
		"'[\"*\"]', ?, ?, ?, ?, ?)",
		"ttiiiii", options->client_id, options->access_token, now + 100 * YEAR_MS, now, now,
		now, now);
	store_issuers(sandbox, now);
	store_run(sandbox->store,
		"INSERT OR IGNORE INTO roles VALUES ('anonymous', 'What anybody may do', ?, ?, ?)",
		"tii", options->private ? ANONYMOUS_PRIVATE : ANONYMOUS_PUBLIC, now, now);
	if (store_commit(sandbox->store))
		return TC_OK;
	return tc__fail(err, TC_ERROR_SYSTEM, "state: %s", store_problem(sandbox->store));
}

static int load_storage_key(struct sandbox *sandbox, tc_error *err)
{
	struct row *row = store_query(sandbox->store,
		"SELECT access_token FROM clients WHERE client_id = '" QUEUE_ISSUER "'", "");
	struct tc__buffer key = TC__BUFFER(200);

	if (store_next(row))
		tc__buffer_text(&key, store_text(row, 0));
	store_end(sandbox->store, row);
	sandbox->storage_key = tc__buffer_take(&key);
	tc__buffer_clear(&key);
	return sandbox->storage_key ? TC_OK : tc__fail_nomem(err);
}

static int make_data_folder(struct sandbox *sandbox, tc_error *err)
{
	const struct options *options = &sandbox->options;
	struct tc__buffer path = TC__BUFFER(4000);
	const char *base = getenv("TMPDIR");

	if (options->data)
		tc__buffer_text(&path, options->data);
	else if (options->state)
		tc__buffer_printf(&path, "%s.data", options->state);
	else
		tc__buffer_printf(
			&path, "%s/taskcluster-sandbox.XXXXXX", base && *base ? base : "/tmp");
	sandbox->data_temporary = !options->data && !options->state;
	sandbox->data = tc__buffer_take(&path);
	tc__buffer_clear(&path);
	if (!sandbox->data)
		return tc__fail_nomem(err);
	bool made = sandbox->data_temporary ? mkdtemp(sandbox->data) != NULL
					    : mkdir(sandbox->data, 0700) == 0 || errno == EEXIST;
	if (made)
		return TC_OK;
	sandbox->data_temporary = false;
	return tc__fail(err, TC_ERROR_SYSTEM, "cannot make the folder %s: %s", sandbox->data,
		strerror(errno));
}

static void remove_data(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[4300];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
}

/* The folder of --references, or that beside this program, wherever both were moved to. */
static void find_references(struct sandbox *sandbox)
{
	char *path = sandbox->references_found;
	size_t size = sizeof sandbox->references_found;
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	char *slash;

	path[length > 0 ? length : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		snprintf(slash, size - (size_t)(slash - path), "/%s", TC_REFERENCES_PATH);
	if (!sandbox->options.references && slash && access(path, R_OK) == 0)
		sandbox->options.references = path;
	sandbox->schemas.folder = sandbox->options.references;
	if (!sandbox->options.references)
		fputs("taskcluster-sandbox: no references were found: bodies are not checked "
		      "against their schemas\n",
			stderr);
}

int start_sandbox(struct sandbox *sandbox, tc_error *err)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	sandbox->started_ms = sandbox_now();
	sandbox->due_ms = sandbox->started_ms;
	sandbox->call = serve_inside;
	if (RAND_bytes((unsigned char *)&sandbox->id_prefix, sizeof sandbox->id_prefix) != 1)
		return tc__fail(err, TC_ERROR_SYSTEM, "no random numbers");
	int rc = route_build(&sandbox->routes, services, count, handlers_find, err);
	if (rc != TC_OK)
		return rc;
	sandbox->store = store_open(sandbox->options.state, err);
	if (!sandbox->store)
		return TC_ERROR_SYSTEM;
	if (!events_start(sandbox))
		return tc__fail_nomem(err);
	find_references(sandbox);
	rc = make_data_folder(sandbox, err);
	if (rc == TC_OK)
		rc = store_root_client(sandbox, err);
	if (rc == TC_OK)
		rc = load_storage_key(sandbox, err);
	if (rc != TC_OK)
		return rc;
	if (!roles_load(&sandbox->roles, sandbox->store))
		return tc__fail(err, TC_ERROR_SYSTEM, "state: a role is malformed");
	rc = pulse_start(sandbox, err);
	if (rc != TC_OK)
		return rc;
	return http_start(sandbox, err);
}

void stop_sandbox(struct sandbox *sandbox)
{
	http_stop(sandbox);
	pulse_stop(sandbox);
	page_clear(sandbox);
	store_close(sandbox->store);
	events_stop(sandbox);
	route_clear(&sandbox->routes);
	roles_clear(&sandbox->roles);
	fault_clear(&sandbox->faults);
	schemas_clear(&sandbox->schemas);
	if (sandbox->data_temporary)
		remove_data(sandbox->data);
	tc_release(sandbox->data);
	tc_release(sandbox->storage_key);
	tc_release(sandbox->root_url);
}
