/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_PEER_H
#define TC_TESTS_PEER_H

/*
 * Another implementation to compare with: a program for node in a process of its own, which says
 * `{"ready":true}` when it has all it needs, and then answers each line of JSON with one.
 */

#include <stdbool.h>
#include <taskcluster/json.h>

struct tc_peer;

/* NULL when there is no node, or a module of the script's is missing. */
struct tc_peer *tc_peer_start(const char *script);

/* The answer to a question in one line, for tc_release. The test fails when the peer has gone. */
const tc_json *tc_peer_ask(struct tc_peer *peer, const char *question);

/* Ends it. NULL is fine. */
void tc_peer_stop(struct tc_peer *peer);

#endif
