/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* memfd_create */

#include "tools/streams/streams.h"
#include "tools/worker/process/helper.h"

#include "runtime/src/base/buffer.h"
#include "workflows/src/base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORDER_MAX ((size_t)64 << 20) /* the system's own limit of both together is far below */

/* ---- writing: a head, then the texts with their NULs ---- */

struct head {
	struct keeper_order order; /* without its pointers */
	size_t arguments_count, environment_count;
};

static size_t count_texts(const char *const *texts)
{
	size_t count = 0;

	while (texts[count])
		count++;
	return count;
}

static void add_texts(struct tc__buffer *bytes, const char *const *texts)
{
	for (size_t i = 0; texts[i]; i++)
		tc__buffer_add(bytes, texts[i], strlen(texts[i]) + 1);
}

static void add_head(struct tc__buffer *bytes, const struct process_order *order)
{
	struct head head = { 0 };
	const struct user *user = order->user;

	head.order.as_user = user != NULL;
	head.order.alone = user && order->alone;
	head.order.core = order->core;
	head.order.nofile = order->nofile;
	if (user) {
		head.order.uid = user->uid;
		head.order.gid = user->gid;
		head.order.groups_count = user->groups_count;
		memcpy(head.order.groups, user->groups, sizeof(head.order.groups));
	}
	head.arguments_count = count_texts(order->arguments);
	head.environment_count = count_texts(order->environment);
	tc__buffer_add(bytes, &head, sizeof(head));
}

int keeper_order_write(const struct process_order *order, tc_error *err)
{
	struct tc__buffer bytes = TC__BUFFER(ORDER_MAX);
	int fd = -1;

	bytes.secret = true;
	add_head(&bytes, order);
	add_texts(&bytes, order->arguments);
	add_texts(&bytes, order->environment);
	if (tc__buffer_failed(&bytes)) {
		if (bytes.too_long)
			tc_error_set(err, TC_ERROR_ARGUMENT,
				"a command and its environment of more than %zu bytes", ORDER_MAX);
		else
			tc__no_memory(err);
		goto out;
	}
	fd = memfd_create("order", MFD_CLOEXEC);
	if (fd < 0 || streams_write(fd, bytes.data, bytes.length) != 0) {
		tc_error_set(err, TC_ERROR_SYSTEM, "no file in memory for a command: %s",
			strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
out:
	tc__buffer_clear(&bytes);
	return fd;
}

/* ---- reading ---- */

static char *read_all(int fd, size_t *length)
{
	struct stat facts;

	if (fstat(fd, &facts) != 0 || facts.st_size < (off_t)sizeof(struct head))
		return NULL;
	*length = (size_t)facts.st_size;
	char *bytes = malloc(*length);
	size_t done = 0;
	while (bytes && done < *length) {
		ssize_t got = pread(fd, bytes + done, *length - done, (off_t)done);
		if (got <= 0) {
			free(bytes);
			return NULL;
		}
		done += (size_t)got;
	}
	return bytes;
}

/* The next `count` texts, with NULL behind them. */
static char **split(char **at, const char *end, size_t count)
{
	char **texts = calloc(count + 1, sizeof(char *));

	for (size_t i = 0; texts && i < count; i++) {
		char *nul = memchr(*at, '\0', (size_t)(end - *at));
		if (!nul)
			return NULL;
		texts[i] = *at;
		*at = nul + 1;
	}
	return texts;
}

struct keeper_order *keeper_order_read(int fd)
{
	size_t length = 0;
	char *bytes = read_all(fd, &length);
	struct keeper_order *order = malloc(sizeof(*order));
	struct head head;

	if (!bytes || !order)
		return NULL;
	memcpy(&head, bytes, sizeof(head));
	*order = head.order;
	char *at = bytes + sizeof(head);
	order->arguments = split(&at, bytes + length, head.arguments_count);
	order->environment = split(&at, bytes + length, head.environment_count);
	if (!order->arguments || !order->environment || !order->arguments[0])
		return NULL;
	return order;
}
