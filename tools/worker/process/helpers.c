/* SPDX-License-Identifier: MPL-2.0 */

/* The door by which helpers come in. */

#include "tools/worker/process/agent.h"
#include "tools/worker/process/helper.h"
#include "tools/worker/process/keeper.h"

#include <string.h>

bool process_wanted(int argc, char **argv)
{
	return argc > 1 && (strcmp(argv[1], KEEPER_WORD) == 0 || strcmp(argv[1], AGENT_WORD) == 0);
}

int process_main(int argc, char **argv)
{
	return strcmp(argv[1], KEEPER_WORD) == 0 ? keeper_main() : agent_main(argc, argv);
}
