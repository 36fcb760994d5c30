/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_NAMING_H
#define TC_WORKFLOWS_NAMING_H

/* What names an artifact or object that is to be made; TC_ERROR_ARGUMENT for what the services
 * would refuse, or cannot list afterwards. */

#include <taskcluster/job.h>

int tc__check_name(const char *name, tc_error *err);

/* Its type of contents, before it is made: a header that could not be sent would come too late.
 * NULL is fine. */
int tc__check_type(const char *type, tc_error *err);

/* A task, a run and a name. */
int tc__check_made(const struct tc_artifact *artifact, tc_error *err);

#endif
