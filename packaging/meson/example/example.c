/* SPDX-License-Identifier: MPL-2.0 */
#include <stdio.h>
#include <taskcluster/queue.h>

/* Where the task of its argument is asked for; nothing is sent. */
int main(int argc, char **argv)
{
	tc_error err = TC_ERROR_INIT;
	tc_client *client = tc_client_new(NULL, &err);
	tc_call *call = client && argc == 2 ? tc_queue_task_call(client, argv[1], &err) : NULL;

	puts(call ? tc_call_url(call) : tc_error_text(&err));
	int failed = call == NULL;
	tc_call_free(call);
	tc_client_free(client);
	tc_error_clear(&err);
	return failed;
}
