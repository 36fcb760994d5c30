/* SPDX-License-Identifier: MPL-2.0 */

/* `api diff`. */

#include "tools/taskcluster/commands/api.h"
#include "tools/taskcluster/differences/differences.h"
#include "tools/taskcluster/differences/print.h"
#include "tools/taskcluster/differences/services.h"
#include "tools/taskcluster/differences/sides.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/names.h"

struct diff {
	const char *service; /* --service, or NULL */
	bool json;
};

static int take_option(void *data, int id, const char *value)
{
	struct diff *diff = data;

	if (id == DIFF_SERVICE)
		diff->service = value;
	else
		diff->json = true;
	return 0;
}

/* By either of its names, where it is a known one. */
static const char *service_name(const char *typed)
{
	const struct tc_service *service = typed ? find_service(typed) : NULL;

	return service ? service->name : typed;
}

static int check_service(const struct pair *pair, const char *service)
{
	if (!service || tc_references_find_service(pair->older, service) ||
		tc_references_find_service(pair->newer, service))
		return 0;
	return usage_error("--service: neither side has a service %s", service);
}

static int compare(const struct diff *diff, struct pair *pair, const char *service)
{
	struct printer printer = { .json = diff->json };
	struct change_sink sink = { .found = print_change, .data = &printer };
	int status = check_service(pair, service);

	if (status != 0)
		return status;
	pair->sink = &sink;
	services_compare(pair, service);
	return sink.failed ? failure("memory ended") : print_sum(&printer);
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	const struct diff *diff = data;
	const char *service = service_name(diff->service);
	tc_references *older = NULL, *newer = NULL;
	int status =
		side_read(words->count > 0 ? words->all[0] : "builtin", service, arguments, &older);

	if (status == 0)
		status = side_read(
			words->count > 1 ? words->all[1] : "live", service, arguments, &newer);
	if (status == 0) {
		struct pair pair = { older, newer, NULL };
		status = compare(diff, &pair, service);
	}
	tc_references_free(older);
	tc_references_free(newer);
	return status;
}

static int run(struct arguments *arguments)
{
	static const struct job job = { &api_diff_command, 0, 2, take_option, perform };
	struct diff diff = { 0 };

	return job_run(&job, &diff, arguments);
}

const struct action difference_actions[] = {
	{ &api_diff_command, run },
	{ NULL, NULL },
};
