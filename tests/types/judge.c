/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE
#include "tests/types/judge.h"

#include "tests/harness/test.h"
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *to_judge, *from_judge;
static pid_t process;
static const tc_json *answer;

static bool read_answer(void)
{
	static char line[1 << 16];

	tc_release(answer);
	answer = NULL;
	if (!fgets(line, sizeof line, from_judge))
		return false;
	return tc_json_parse(line, strlen(line), &answer, NULL) == TC_OK;
}

bool judge_start(void)
{
	char *const argv[] = { (char[]){ "node" }, (char[]){ "tests/types/judge.js" }, NULL };
	posix_spawn_file_actions_t actions;
	int in[2], out[2];

	if (pipe(in) != 0 || pipe(out) != 0)
		return false;
	signal(SIGPIPE, SIG_IGN);
	setenv("NODE_PATH", "/usr/share/nodejs", 0); /* Debian's, for a node that is not */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_addclose(&actions, in[1]);
	posix_spawn_file_actions_addclose(&actions, out[0]);
	int failed = posix_spawnp(&process, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	to_judge = fdopen(in[1], "w");
	from_judge = fdopen(out[0], "r");
	return !failed && read_answer();
}

void judge_stop(void)
{
	fclose(to_judge);
	fclose(from_judge);
	tc_release(answer);
	answer = NULL;
	if (process > 0)
		waitpid(process, NULL, 0);
}

bool judge(const char *file, const tc_json *value, const char **why)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;

	assert_ok(tc_json_write(value, TC_JSON_COMPACT, &text, NULL, &err), &err);
	fprintf(to_judge, "{\"schema\":\"/%s#\",\"value\":%s}\n", file, text);
	fflush(to_judge);
	tc_release(text);
	if (!read_answer())
		fail_msg("%s: the judge has gone", file);
	*why = tc_json_text(tc_json_get(answer, "errors"));
	return tc_json_true(tc_json_get(answer, "valid"));
}
