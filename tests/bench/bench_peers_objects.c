/* SPDX-License-Identifier: MPL-2.0 */
/* The helpers of other clients of Taskcluster, where they are installed, beside the jobs of this
 * one: one file up and down as an object, with both hashes, at the same server (bench_peers says
 * how they are found). Nothing is required of the figures. */
#include "tests/harness/test.h"

#include "tests/bench/measure.h"
#include "tests/bench/scratch.h"
#include "tests/bench/store.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <taskcluster/artifact_download.h>
#include <taskcluster/artifact_upload.h>

#define MIB ((int64_t)1024 * 1024)
#define SIZE (256 * MIB)
#define NAME "t/object"

/* Of one client: ms of the wall and of CPU, up and down, and its KiB at the peak. */
struct figures {
	double up, up_cpu, down, down_cpu;
	long peak;
};

static void print_way(const char *way, double ms, double cpu_ms)
{
	const double mib = (double)SIZE / (double)MIB;

	if (ms > 0)
		printf("   %s %5.0f MiB/s, cpu %5.2f ms a MiB", way, mib / ms * 1e3, cpu_ms / mib);
	else
		printf("   %s failed", way);
}

static void print(const char *name, const struct figures *figures)
{
	printf("objects.%-20s", name);
	print_way("up", figures->up, figures->up_cpu);
	print_way("down", figures->down, figures->down_cpu);
	printf("   %ld KiB at the peak\n", figures->peak);
	fflush(stdout);
}

/* ---- this client ---- */

static tc_client *new_client(const struct tc_store *store)
{
	struct tc_options options = TC_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	tc_credentials *credentials =
		tc_credentials_new("project/releng/a-worker", "no-secret", NULL, NULL);

	options.root_url = tc_store_url(store);
	options.credentials = credentials;
	tc_client *client = tc_client_new(&options, &err);
	assert_ok(err.code, &err);
	tc_credentials_free(credentials);
	return client;
}

static void measure_ours(
	const struct tc_store *store, const struct scratch *scratch, const char *path)
{
	struct tc_upload_options upload = TC_UPLOAD_OPTIONS_INIT;
	struct tc_target target = TC_TARGET_INIT;
	tc_client *client = new_client(store);
	tc_error err = TC_ERROR_INIT;
	struct rusage usage;
	double wall[3], cpu[3];

	upload.path = scratch->path;
	upload.project_id = "none";
	upload.expires = "2099-01-01T00:00:00.000Z";
	target.path = path;
	wall[0] = measure_wall_ns(), cpu[0] = measure_cpu_ns();
	assert_ok(tc_upload_object(client, NAME, NULL, &upload, NULL, &err), &err);
	wall[1] = measure_wall_ns(), cpu[1] = measure_cpu_ns();
	assert_ok(tc_download_object(client, NAME, &target, NULL, NULL, &err), &err);
	wall[2] = measure_wall_ns(), cpu[2] = measure_cpu_ns();
	getrusage(RUSAGE_SELF, &usage);
	const struct figures figures = { (wall[1] - wall[0]) / 1e6, (cpu[1] - cpu[0]) / 1e6,
		(wall[2] - wall[1]) / 1e6, (cpu[2] - cpu[1]) / 1e6, usage.ru_maxrss };
	print("libtaskcluster", &figures);
	tc_client_free(client);
}

/* ---- the others ---- */

struct peer {
	const char *name;
	const char *variable; /* names the program, */
	const char *program;  /* or this; NULL: none */
	const char *first;    /* of its arguments */
};

static void measure_peer(const struct peer *peer, const struct tc_store *store,
	const struct scratch *scratch, const char *path)
{
	const char *program = getenv(peer->variable);
	char command[4096], line[256] = "", name[128], version[64];
	struct figures figures;

	program = program ? program : peer->program;
	if (program) {
		snprintf(command, sizeof command, "timeout 60 %s %s %s %s %s 2>/dev/null", program,
			peer->first, tc_store_url(store), scratch->path, path);
		FILE *out = popen(command, "r");
		if (out && !fgets(line, sizeof line, out))
			line[0] = '\0';
		if (out)
			pclose(out);
	}
	if (sscanf(line, "%63s %lf %lf %lf %lf %ld", version, &figures.up, &figures.up_cpu,
		    &figures.down, &figures.down_cpu, &figures.peak) != 6) {
		printf("objects.%-20s absent\n", peer->name);
		return;
	}
	scratch_check(scratch, path);
	snprintf(name, sizeof name, "%s %s", peer->name, version);
	print(name, &figures);
}

int main(void)
{
	static const struct peer peers[] = {
		{ "Python", "TC_PYTHON", "python3", "tests/bench/peers/objects.py" },
		{ "Go", "TC_PEER_GO", NULL, "objects" },
	};
	static struct scratch scratch; /* for exit() */
	char path[300];

	scratch_open(&scratch, SIZE);
	scratch_cut(&scratch, SIZE);
	const struct tc_store_options options = {
		.fd = scratch.fd, .size = SIZE, .sha256 = scratch.sha256, .sha512 = scratch.sha512
	};
	struct tc_store *store = tc_store_fork(&options);
	snprintf(path, sizeof path, "%s/target", scratch.folder);
	measure_ours(store, &scratch, path);
	for (size_t i = 0; i < sizeof peers / sizeof *peers; i++)
		measure_peer(&peers[i], store, &scratch, path);
	if (tc_store_taken(store) < SIZE)
		fail_msg("the server has not got what was uploaded");
	tc_store_stop(store);
	return 0;
}
