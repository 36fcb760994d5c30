/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/live/live.h"
#include "tools/taskcluster/shared/report.h"

int live_open(struct live *live, const struct live_wish *wish, const struct arguments *arguments)
{
	(void)arguments;
	*live = (struct live){ 0 };
	if (wish->optional)
		return STATUS_USAGE;
	return usage_error("this program was built without the component references, and cannot "
			   "read those of a deployment");
}

void live_close(struct live *live)
{
	(void)live;
}

const struct tc_service *live_service(const struct live *live, const char *name)
{
	(void)live;
	(void)name;
	return NULL;
}

int live_check_body(const struct tc_operation *operation, const tc_json *body)
{
	(void)operation;
	(void)body;
	return 0;
}

void live_advise(const struct tc_operation *operation, const tc_json *body, const char *root_url)
{
	(void)operation;
	(void)body;
	(void)root_url;
}
