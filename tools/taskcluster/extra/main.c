/* SPDX-License-Identifier: MPL-2.0 */

/* The part for commands that take libraries of their own: libmicrohttpd for signin, librabbitmq for
 * pulse, the schemas' for validate-json and d2g, the references' for api diff. */

#include "tools/taskcluster/d2g/d2g.h"
#include "tools/taskcluster/differences/differences.h"
#include "tools/taskcluster/parts/parts.h"
#include "tools/taskcluster/parts/run.h"
#include "tools/taskcluster/pulse/pulse.h"
#include "tools/taskcluster/signin/signin.h"
#include "tools/taskcluster/validate/validate.h"

int main(int argc, char **argv)
{
	static const struct action *const families[] = { signin_actions, pulse_actions,
		validate_actions, d2g_actions, difference_actions, NULL };

	(void)argc;
	return part_run(argv, families, PART_ONLINE);
}
