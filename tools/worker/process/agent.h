/* SPDX-License-Identifier: MPL-2.0 */
#ifndef WORKER_PROCESS_AGENT_H
#define WORKER_PROCESS_AGENT_H

/*
 * The files' agent: started with the folder and a socket (SOCK_SEQPACKET), it becomes the user that
 * its arguments name by numbers, says so by a reply, and then does what it is asked, one after the
 * other. A question is a letter and a path; the answer to AGENT_OPEN a reply, with a descriptor
 * when it is fine, to AGENT_LIST texts (each a NAME_REPLY and the names with their NULs), then a
 * reply.
 */

#include <limits.h>

#define AGENT_OPEN 'o'
#define AGENT_LIST 'l'
#define AGENT_MESSAGE_MAX (16 * 1024)

enum agent_kind { AGENT_DONE = 1, AGENT_NAMES };
struct agent_reply {
	int kind;
	int problem; /* DONE: as inside.h has it */
};

int agent_main(int argc, char **argv);

#endif
