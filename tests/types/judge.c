/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/types/judge.h"

#include "runtime/src/base/buffer.h"
#include "tests/harness/peer.h"
#include "tests/harness/test.h"
#include <string.h>

static struct tc_peer *peer;

bool judge_start(void)
{
	peer = tc_peer_start("tests/types/judge.js");
	return peer != NULL;
}

void judge_stop(void)
{
	tc_peer_stop(peer);
}

void judge(struct question *questions, size_t count)
{
	struct tc__buffer line = TC__BUFFER(SIZE_MAX / 2);

	for (size_t i = 0; i < count; i++)
		tc__buffer_printf(&line, "%c{\"schema\":\"/%s#\",\"value\":%s}", i ? ',' : '[',
			questions[i].file, questions[i].value);
	tc__buffer_char(&line, ']');
	assert_false(tc__buffer_failed(&line));
	const tc_json *answers = tc_peer_ask(peer, tc__buffer_get(&line));
	tc__buffer_clear(&line);
	assert_int_equal(tc_json_count(answers), count);
	for (size_t i = 0; i < count; i++) {
		const tc_json *answer = tc_json_item(answers, i);
		questions[i].valid = tc_json_true(tc_json_get(answer, "valid"));
		questions[i].why = strdup(tc_json_text(tc_json_get(answer, "errors")));
		assert_non_null(questions[i].why);
	}
	tc_release(answers);
}
