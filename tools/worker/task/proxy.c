/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/worker/task/run.h"

bool run_start_proxy(struct run *run)
{
	(void)run;
	return true;
}

const char *proxy_url(const struct run *run)
{
	(void)run;
	return NULL;
}

void run_free_proxy(struct run *run)
{
	(void)run;
}
