/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/api/request.h"
#include "tools/taskcluster/shared/rules.h"

#include <taskcluster/pages.h>

/* Items are printed as their bytes arrive; *count says how many were. */
static int print_items(tc_items *items, struct output *output, int64_t *count, tc_error *err)
{
	const tc_json *item;
	int status = 0;

	while (status == 0 && tc_items_next(items, &item, err) == TC_OK && item) {
		status = output_line(output, item);
		*count += status == 0;
	}
	return status;
}

/* The error itself says how far it came within the page. */
static int report_place(const struct request *request, const struct session *session,
	const tc_items *items, int64_t count, const tc_error *err)
{
	const char *token = tc_items_token(items);
	int status = report(err, request->operation, &session->config.origin);

	if (!items)
		return status;
	const char *came = count == 1 ? "item" : "items";
	if (token)
		hint("%lld %s came before; what failed is the page at --%s %s.", (long long)count,
			came, rules_paging(request->operation)->query, token);
	else
		hint("%lld %s came before; what failed is the page that was asked for first.",
			(long long)count, came);
	return status;
}

/* A list that is not all there is says so. */
static void tell_cut(const struct request *request, const tc_items *items, int64_t count)
{
	const struct tc_paging *paging = rules_paging(request->operation);
	enum tc_cut cut = tc_items_cut(items);

	if (cut == TC_CUT_ITEMS)
		complain("the list goes on behind %s %lld item%s, or may (--max-items)",
			count == 1 ? "this" : "these", (long long)count, count == 1 ? "" : "s");
	if (cut == TC_CUT_SERVER)
		complain("the server gives no more than %lld items with --%s: there may be more",
			(long long)paging->single_max, paging->single_query);
}

int api_all(const struct request *request, const struct session *session, const tc_call *call)
{
	struct tc_pages_options options = TC_PAGES_OPTIONS_INIT;
	tc_error err = TC_ERROR_INIT;
	struct output output;
	tc_items *items = NULL;
	int64_t count = 0;
	int status = output_open_file(&output, request->output);

	options.item_max = request->max_items;
	options.distinct_max = request->distinct ? INT64_MAX : 0;
	if (status == 0)
		items = tc_items_new(call, &options, &err);
	if (items)
		status = print_items(items, &output, &count, &err);
	if (err.code != TC_OK)
		status = report_place(request, session, items, count, &err);
	if (status == 0)
		status = output_commit(&output);
	if (status == 0)
		tell_cut(request, items, count);
	output_close(&output);
	tc_items_free(items);
	tc_error_clear(&err);
	return status;
}
