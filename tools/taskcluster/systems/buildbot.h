/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_CLI_SYSTEMS_BUILDBOT_H
#define TC_CLI_SYSTEMS_BUILDBOT_H

/* Builds of Buildbot. */

#include "tools/taskcluster/shared/color.h"
#include "tools/taskcluster/systems/remote.h"

#define BUILD_ID_SIZE 24

/* Which build: of a number in the whole installation, or a builder's newest, by its name. Fills
 * `id`. 0, or the exit status after telling. */
int buildbot_choose(struct remote *remote, const char *word, char id[BUILD_ID_SIZE]);

/* The build, as it is now; *reply is for tc_release, success and failure alike, and *build lies
 * within. 0, or the exit status after telling. */
int buildbot_get(
	struct remote *remote, const char *id, const tc_json **reply, const tc_json **build);

/* Its steps in their order; *steps lies within the reply. The same. */
int buildbot_steps(
	struct remote *remote, const char *id, const tc_json **reply, const tc_json **steps);

/* "success", or "running", of a build or a step. */
const char *buildbot_result(const tc_json *object);
enum color buildbot_color(const tc_json *object);

/* Whether one that has ended went well: with success, or warnings, or because nothing was to be
 * done. */
bool buildbot_is_good(const tc_json *object);

/* Tells of a build's steps as they end until it has, and then of itself. 0 when it went well,
 * STATUS_FAILED when it did not, or the exit status after telling. */
int buildbot_watch_build(struct remote *remote, const char *id);

void buildbot_pause(int ms);

#endif
