/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/types/judge.h"

#include "tests/harness/peer.h"
#include "tests/harness/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tc_peer *peer;
static const tc_json *answer;

bool judge_start(void)
{
	peer = tc_peer_start("tests/types/judge.js");
	return peer != NULL;
}

void judge_stop(void)
{
	tc_peer_stop(peer);
	tc_release(answer);
	answer = NULL;
}

bool judge(const char *file, const tc_json *value, const char **why)
{
	tc_error err = TC_ERROR_INIT;
	char *text = NULL;

	assert_ok(tc_json_write(value, TC_JSON_COMPACT, &text, NULL, &err), &err);
	size_t size = strlen(file) + strlen(text) + 40;
	char *question = malloc(size);
	assert_non_null(question);
	snprintf(question, size, "{\"schema\":\"/%s#\",\"value\":%s}", file, text);
	tc_release(answer);
	answer = tc_peer_ask(peer, question);
	free(question);
	tc_release(text);
	*why = tc_json_text(tc_json_get(answer, "errors"));
	return tc_json_true(tc_json_get(answer, "valid"));
}
