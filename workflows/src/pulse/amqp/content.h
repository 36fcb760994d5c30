/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_AMQP_CONTENT_H
#define TC_WORKFLOWS_AMQP_CONTENT_H

/* A message that comes in several frames, put together: its method (basic.deliver, basic.return),
 * its header, and its body in pieces. Pure. */

#include "workflows/src/pulse/amqp/amqp.h"
#include "workflows/src/pulse/amqp/frame.h"

/* More than any broker lets pass. */
#define TC__BODY_MAX ((uint64_t)512 * 1024 * 1024)

/* Begins as {0}; for tc__assembly_clear. */
struct tc__assembly {
	bool begun;             /* the method has come, and no other may now */
	bool headed;            /* and so has the header */
	struct tc__bytes texts; /* the payloads of both, as they came */
	size_t method_length;
	char *body;
	size_t length; /* of the body, and what of it */
	size_t there;
};

/* The next frame of it. *whole: nothing is missing any more. TC_ERROR_REPLY when it comes out of
 * turn, TC_ERROR_NOMEM. */
int tc__assembly_begin(
	struct tc__assembly *assembly, const struct tc__frame *method, tc_error *err);
int tc__assembly_add(
	struct tc__assembly *assembly, const struct tc__frame *frame, bool *whole, tc_error *err);

/* What is whole, read into `pool` and *method; the body goes over to *content, and the assembly can
 * begin anew when nothing of it is used any more (tc__assembly_clear). Headers that are nested too
 * deep, or of types that nobody knows, are left out. */
int tc__assembly_take(struct tc__assembly *assembly, amqp_pool_t *pool, amqp_method_t *method,
	struct tc__amqp_content *content, tc_error *err);

void tc__assembly_clear(struct tc__assembly *assembly);

/* Its memory, too. */
void tc__assembly_free(struct tc__assembly *assembly);

#endif
