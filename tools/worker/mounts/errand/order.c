/* SPDX-License-Identifier: MPL-2.0 */
#define _POSIX_C_SOURCE 200809L

#include "tools/worker/mounts/errand/order.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* argv[0], ERRAND_WORD, name, format, sha256, and the numbers. */

void order_write(const struct errand_order *order, struct order_words *words)
{
	const int64_t numbers[ORDER_NUMBERS] = { order->kind, order->bytes_max, order->entries_max,
		order->as_user, (int64_t)order->uid, (int64_t)order->from_uid, (int64_t)order->gid,
		(int64_t)getpid() };
	const char *texts[] = { "taskcluster-worker", ERRAND_WORD, order->name,
		order->format ? order->format : "", order->sha256 ? order->sha256 : "" };
	size_t count = sizeof(texts) / sizeof(texts[0]);

	memcpy(words->words, texts, sizeof(texts)); /* which exec leaves alone */
	for (size_t i = 0; i < ORDER_NUMBERS; i++) {
		snprintf(words->numbers[i], sizeof(words->numbers[i]), "%" PRId64, numbers[i]);
		words->words[count + i] = words->numbers[i];
	}
	words->words[ORDER_WORDS] = NULL;
}

bool order_read(int argc, char **argv, struct errand_order *order, pid_t *parent)
{
	int64_t numbers[ORDER_NUMBERS];

	if (argc != ORDER_WORDS)
		return false;
	for (int i = 0; i < ORDER_NUMBERS; i++)
		numbers[i] = strtoll(argv[ORDER_WORDS - ORDER_NUMBERS + i], NULL, 10);
	*order = (struct errand_order){ .kind = (enum errand_kind)numbers[0],
		.source = ERRAND_FD_SOURCE,
		.sha256 = *argv[4] ? argv[4] : NULL,
		.format = *argv[3] ? argv[3] : NULL,
		.folder = ERRAND_FD_FOLDER,
		.name = argv[2],
		.bytes_max = numbers[1],
		.entries_max = numbers[2],
		.as_user = numbers[3] != 0,
		.uid = (uid_t)numbers[4],
		.from_uid = (uid_t)numbers[5],
		.gid = (gid_t)numbers[6] };
	*parent = (pid_t)numbers[7];
	return true;
}
