/* SPDX-License-Identifier: MPL-2.0 */
/* What a worker does when all goes well, and how it is made. */
#include "tests/workflows/workshop.h"

#include <string.h>
#include <taskcluster/queue.h>

static struct workshop shop;

static void a_task_is_claimed_and_reported(void **state)
{
	char id[TC_SLUGID_SIZE];

	(void)state;
	shop_open(&shop, NULL);
	strcpy(id, shop_task(&shop));
	shop_begin(&shop);
	shop_until_ended(&shop, 1);
	assert_string_equal(shop.jobs[0].id, id);
	assert_string_equal(shop.jobs[0].run_id, "0");
	assert_int_equal(shop.jobs[0].result, TC_TASK_COMPLETED);
	assert_true(shop.jobs[0].reported);
	assert_string_equal(shop_run(&shop, id, 0), "completed completed");
	shop_close(&shop);
}

/* ---- how each result is told ---- */

static const struct row {
	enum tc_task_result result;
	const char *run, *next;
} rows[] = {
	{ TC_TASK_COMPLETED, "completed completed", "none" },
	{ TC_TASK_FAILED, "failed failed", "none" },
	{ TC_TASK_INTERMITTENT, "exception intermittent-task", "completed completed" },
	{ TC_TASK_WORKER_SHUTDOWN, "exception worker-shutdown", "completed completed" },
	{ TC_TASK_MALFORMED_PAYLOAD, "exception malformed-payload", "none" },
	{ TC_TASK_RESOURCE_UNAVAILABLE, "exception resource-unavailable", "none" },
	{ TC_TASK_INTERNAL_ERROR, "exception internal-error", "none" },
};
#define ROWS (sizeof rows / sizeof *rows)

static char row_ids[ROWS][TC_SLUGID_SIZE];

static const struct row *row_of(const struct job *job)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(row_ids[i], job->id) == 0)
			return &rows[i];
	fail_msg("no row of %s", job->id);
	return NULL;
}

/* Run 0 ends as its row says, others complete. */
static void resolve_by_row(struct job *job)
{
	bool first = strcmp(job->run_id, "0") == 0;

	job_resolve(job, first ? row_of(job)->result : TC_TASK_COMPLETED);
}

static void each_result_is_told_as_it_is(void **state)
{
	(void)state;
	shop_open(&shop, NULL);
	shop.on_start = resolve_by_row;
	shop.options.capacity = ROWS;
	for (size_t i = 0; i < ROWS; i++)
		strcpy(row_ids[i], shop_task(&shop));
	shop_begin(&shop);
	shop_until_ended(&shop, ROWS + 2);
	for (size_t i = 0; i < ROWS; i++) {
		assert_true(shop.jobs[i].reported);
		assert_string_equal(shop_run(&shop, row_ids[i], 0), rows[i].run);
		assert_string_equal(shop_run(&shop, row_ids[i], 1), rows[i].next);
	}
	shop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_is_claimed_and_reported),
		cmocka_unit_test(each_result_is_told_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
