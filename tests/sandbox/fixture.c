/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/test.h"

#include "fixture.h"

#include "client.h"

struct tc_test_server *server;

int tear_down(void **state)
{
	(void)state;
	ask_end();
	tc_test_server_stop(server);
	return 0;
}
