/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_BARE_LOOP_H
#define TC_TESTS_BARE_LOOP_H

/* The bare side of the loop's measures: handles set up once with every byte prepared, and driven by
 * curl_multi_socket_action under epoll, which is the fastest that libcurl offers; their callbacks
 * only count. A kept connection stays in the epoll set between two transfers, and a handle that has
 * ended begins again at once. */

#include <stddef.h>

struct bare_loop;

/* `lines` are whole header lines, NULL-ended. */
struct bare_loop *bare_loop_new(const char *url, const char *const *lines, size_t in_flight);

/* Completes so many transfers; aborts when one fails or its status is not 200. */
void bare_loop_run(struct bare_loop *loop, size_t count);

/* For servers that speak HTTP/2 and compress: transfers share connections, and ask for gzip. */
void bare_loop_share(struct bare_loop *loop);

size_t bare_loop_bytes(const struct bare_loop *loop);
void bare_loop_free(struct bare_loop *loop);

#endif
