/* SPDX-License-Identifier: MPL-2.0 */
#define _GNU_SOURCE /* setresuid, setgroups */

#include "tools/worker/mounts/archive/unpack.h"
#include "tools/worker/mounts/disk/path.h"
#include "tools/worker/mounts/disk/tree.h"
#include "tools/worker/mounts/errand/order.h"
#include "workflows/src/base/text.h"
#include "workflows/src/bytes/hashes.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <taskcluster/slugid.h>
#include <unistd.h>

#define UNPACKING_PREFIX ".mounts-"

bool errand_wanted(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], ERRAND_WORD) == 0;
}

/* ---- the source ---- */

static int read_hash(int fd, struct tc__digests *digests, tc_error *err)
{
	struct tc__hashes hashes = { 0 };
	char bytes[1 << 16];
	ssize_t length = 0;
	int rc = tc__hashes_begin(&hashes, false, err);

	for (off_t at = 0; rc == TC_OK; at += length) {
		length = pread(fd, bytes, sizeof(bytes), at);
		if (length < 0)
			rc = tc_error_set(err, TC_ERROR_SYSTEM, "the content cannot be read: %s",
				strerror(errno));
		if (length <= 0)
			break;
		rc = tc__hashes_add(&hashes, bytes, (size_t)length, err);
	}
	if (rc == TC_OK)
		rc = tc__hashes_read(&hashes, digests, err);
	tc__hashes_end(&hashes);
	return rc;
}

static enum errand_end check_source(const struct errand_order *order, tc_error *err)
{
	struct tc__digests digests;

	if (lseek(order->source, 0, SEEK_SET) != 0) {
		tc_error_set(
			err, TC_ERROR_SYSTEM, "the content cannot be read: %s", strerror(errno));
		return ERRAND_SYSTEM;
	}
	if (!order->sha256)
		return ERRAND_DONE;
	if (read_hash(order->source, &digests, err) != TC_OK)
		return ERRAND_SYSTEM;
	if (strcmp(digests.sha256, order->sha256) == 0)
		return ERRAND_DONE;
	tc_error_set(err, TC_ERROR_INPUT, "the content has the sha256 %s; expected %s",
		digests.sha256, order->sha256);
	return ERRAND_CHANGED;
}

static int no_format(const struct errand_order *order, tc_error *err)
{
	return tc_error_set(err, TC_ERROR_INPUT, "format %s cannot be read by this worker",
		order->format ? order->format : "(none)");
}

/* ---- a file ---- */

static int write_file(
	const struct errand_order *order, const struct format *format, int fd, tc_error *err)
{
	struct unpack_limits limits = { order->bytes_max, order->entries_max };
	int rc = unpack_file(order->source, format, &limits, fd, err);

	if (close(fd) != 0 && rc == TC_OK)
		rc = tc_error_set(err, TC_ERROR_SYSTEM, "%s cannot be written: %s", order->name,
			strerror(errno));
	return rc;
}

static int make_file(const struct errand_order *order, tc_error *err)
{
	const struct format *format = order->format ? format_of_file(order->format) : NULL;
	char part[sizeof(UNPACKING_PREFIX) + TC_SLUGID_SIZE] = UNPACKING_PREFIX;
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	if (order->format && !format)
		return no_format(order, err);
	tc_slugid_nice(part + strlen(part));
	int fd = openat(order->folder, part, flags, 0644);
	if (fd < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "%s cannot be made: %s", order->name,
			strerror(errno));
	int rc = write_file(order, format, fd, err);
	if (rc == TC_OK && renameat(order->folder, part, order->folder, order->name) != 0)
		rc = errno == EISDIR || errno == ENOTDIR
			? tc_error_set(err, TC_ERROR_INPUT, "%s is a folder already", order->name)
			: tc_error_set(err, TC_ERROR_SYSTEM, "%s cannot be made: %s", order->name,
				  strerror(errno));
	if (rc != TC_OK)
		unlinkat(order->folder, part, 0);
	return rc;
}

/* ---- a folder ---- */

/* What was unpacked gets its place, also in a folder that is there. */
static int put(const struct errand_order *order, const char *part, int unpacked, tc_error *err)
{
	if (strcmp(order->name, ".") != 0 &&
		renameat(order->folder, part, order->folder, order->name) == 0)
		return TC_OK;
	int target = path_open_folder(order->folder, order->name);
	if (target < 0)
		return tc_error_set(
			err, TC_ERROR_INPUT, "%s is no folder: %s", order->name, strerror(errno));
	int rc = tree_merge(unpacked, target, err);
	close(target);
	return rc;
}

static int unpack(const struct errand_order *order, const struct format *format, const char *part,
	tc_error *err)
{
	struct unpack_limits limits = { order->bytes_max, order->entries_max };
	int folder = path_open_folder(order->folder, part);

	if (folder < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "%s cannot be made: %s", order->name,
			strerror(errno));
	int rc = unpack_archive(order->source, format, &limits, folder, err);
	if (rc == TC_OK)
		rc = put(order, part, folder, err);
	close(folder);
	return rc;
}

static int make_folder(const struct errand_order *order, tc_error *err)
{
	const struct format *format = order->format ? format_of_folder(order->format) : NULL;
	char part[sizeof(UNPACKING_PREFIX) + TC_SLUGID_SIZE] = UNPACKING_PREFIX;

	if (!format)
		return no_format(order, err);
	tc_slugid_nice(part + strlen(part));
	if (mkdirat(order->folder, part, 0755) != 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "%s cannot be made: %s", order->name,
			strerror(errno));
	int rc = unpack(order, format, part, err);
	tree_remove(order->folder, part, NULL);
	return rc;
}

/* ---- an order ---- */

static int remove_all(const struct errand_order *order, tc_error *err)
{
	int fd = path_open_folder(order->folder, order->name);

	if (fd < 0)
		return tc_error_set(err, TC_ERROR_SYSTEM, "%s cannot be opened: %s", order->name,
			strerror(errno));
	int rc = tree_empty(fd, err);
	close(fd);
	return rc;
}

static int obey(const struct errand_order *order, tc_error *err)
{
	switch (order->kind) {
	case ERRAND_FILE:
		return make_file(order, err);
	case ERRAND_FOLDER:
		return make_folder(order, err);
	case ERRAND_OWN:
		return tree_own(
			order->folder, order->name, order->from_uid, order->uid, order->gid, err);
	case ERRAND_REMOVE:
		return remove_all(order, err);
	}
	return tc_error_set(err, TC_ERROR_ARGUMENT, "there is no such errand");
}

static bool has_source(const struct errand_order *order)
{
	return order->kind == ERRAND_FILE || order->kind == ERRAND_FOLDER;
}

static enum errand_end run(const struct errand_order *order, tc_error *err)
{
	enum errand_end end = has_source(order) ? check_source(order, err) : ERRAND_DONE;

	if (end != ERRAND_DONE)
		return end;
	int rc = obey(order, err);
	if (rc == TC_OK)
		return ERRAND_DONE;
	return rc == TC_ERROR_INPUT ? ERRAND_REFUSED : ERRAND_SYSTEM;
}

/* ---- the process ---- */

/* Ends with its parent, which a change of user would make it forget. */
static bool end_with(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

static int become(const struct errand_order *order, pid_t parent, tc_error *err)
{
	if (!end_with(parent))
		return tc_error_set(err, TC_ERROR_SYSTEM, "the worker has ended");
	if (has_source(order) && order->as_user &&
		(setgroups(0, NULL) != 0 || setresgid(order->gid, order->gid, order->gid) != 0 ||
			setresuid(order->uid, order->uid, order->uid) != 0 || !end_with(parent)))
		return tc_error_set(err, TC_ERROR_SYSTEM, "the task's user cannot be taken: %s",
			strerror(errno));
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	signal(SIGXFSZ, SIG_IGN); /* the write says it */
	signal(SIGPIPE, SIG_IGN);
	umask(022);
	if (!setlocale(LC_CTYPE, "C.UTF-8")) /* names in archives are in it */
		return tc_error_set(err, TC_ERROR_SYSTEM, "the locale C.UTF-8 is missing");
	return TC_OK;
}

int errand_main(int argc, char **argv)
{
	tc_error err = TC_ERROR_INIT;
	struct errand_order order;
	enum errand_end end = ERRAND_SYSTEM;
	pid_t parent;

	if (!order_read(argc, argv, &order, &parent)) {
		fputs(ERRAND_WORD " is for the worker itself\n", stderr);
		return 2;
	}
	if (become(&order, parent, &err) == TC_OK)
		end = run(&order, &err);
	printf("%d%.1000s", (int)end, end == ERRAND_DONE ? "" : tc_error_text(&err));
	tc_error_clear(&err);
	return fflush(stdout) == 0 ? 0 : 1;
}
