/* SPDX-License-Identifier: MPL-2.0 */
#ifndef SPAWN_TMP_H
#define SPAWN_TMP_H
#include <sys/resource.h>
#include <taskcluster/loop.h>
struct spawned;
struct spawn_end {
	int status;
	struct rusage usage;
};
struct spawned *spawn_start(tc_loop *loop, const char *const *argv, char **env, const char *cwd,
	void (*output)(void *, const void *, size_t),
	void (*ended)(void *, const struct spawn_end *), void *data, long *pid, tc_error *err);
void spawn_kill(struct spawned *s);
void spawn_free(struct spawned *s);
#endif
