/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/peer.h"

#include "tests/harness/test.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct tc_peer {
	FILE *to, *from;
	pid_t process;
};

static const tc_json *read_answer(struct tc_peer *peer)
{
	static char line[1 << 16];
	const tc_json *json = NULL;

	if (!fgets(line, sizeof line, peer->from))
		return NULL;
	assert_ok(tc_json_parse(line, strlen(line), &json, NULL), NULL);
	return json;
}

/* Two pipes whose ends only those have who use them. */
static bool open_pipe(int ends[2])
{
	return pipe(ends) == 0 && fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
		fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

static bool spawn(const char *script, const int in[2], const int out[2], pid_t *process)
{
	char path[256];
	char *const argv[] = { (char[]){ "node" }, path, NULL };
	posix_spawn_file_actions_t actions;

	snprintf(path, sizeof path, "%s", script);
	setenv("NODE_PATH", "/usr/share/nodejs", 0); /* Debian's, for a node that is not */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	int failed = posix_spawnp(process, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return !failed;
}

struct tc_peer *tc_peer_start(const char *script)
{
	struct tc_peer *peer = calloc(1, sizeof *peer);
	int in[2], out[2];

	assert_non_null(peer);
	assert_true(open_pipe(in) && open_pipe(out));
	signal(SIGPIPE, SIG_IGN);
	bool started = spawn(script, in, out, &peer->process);
	close(in[0]);
	close(out[1]);
	peer->to = fdopen(in[1], "w");
	peer->from = fdopen(out[0], "r");
	assert_true(peer->to && peer->from);
	const tc_json *hello = started ? read_answer(peer) : NULL;
	bool ready = tc_json_true(tc_json_get(hello, "ready"));
	tc_release(hello);
	if (ready)
		return peer;
	tc_peer_stop(peer);
	return NULL;
}

const tc_json *tc_peer_ask(struct tc_peer *peer, const char *question)
{
	fprintf(peer->to, "%s\n", question);
	fflush(peer->to);
	const tc_json *answer = read_answer(peer);
	if (!answer)
		fail_msg("the peer has gone, asked %.200s", question);
	return answer;
}

void tc_peer_stop(struct tc_peer *peer)
{
	if (!peer)
		return;
	fclose(peer->to);
	fclose(peer->from);
	if (peer->process > 0)
		waitpid(peer->process, NULL, 0);
	free(peer);
}
