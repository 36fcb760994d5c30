/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_TESTS_RIG_H
#define TC_TESTS_RIG_H

/*
 * The rig: what stands in front of a deployment in the real world, put in front of the servers of
 * tests. tests/rig/rig.sh sets it up and runs one command in it; the servers of the harness then
 * give URLs that lead through it: a name that must be looked up, TLS by an authority of its own
 * (which the system's store knows), HTTP/2, gzip, connections that are retired after 7 requests.
 */

#include <stdbool.h>
#include <stddef.h>

/* Whether the test runs in the rig. */
bool tc_rig(void);

/* The URL by which clients reach the server at a port of loopback: through the rig, where there is
 * one. */
void tc_rig_url(char *url, size_t size, int port);

/*
 * The same with another kind of name; stops the test without a rig:
 *
 *	"slow"   its look-up takes 8 s
 *	"none"   there is no such name
 *	"again"  nobody answers the look-up
 *	"dead"   two addresses, at the first of which nobody listens
 *	"login"  every page is one to log in
 *	"plain"  http; every reply is a redirect to https
 *	"who"    only for those with a certificate of the rig's authority
 *	"old"    TLS 1.2 at most
 *	"http2"  HTTP/2 without TLS
 *
 * The first three need a resolver of the rig's own: see tc_rig_resolves.
 */
void tc_rig_other_url(char *url, size_t size, const char *kind, int port);

/* Whether the rig answers look-ups itself; else they are in /etc/hosts, and are never slow. */
bool tc_rig_resolves(void);

/* How many connections a client may need for so many requests that no more than `at_most` of them
 * need without the rig, which retires each after a few. */
size_t tc_rig_connections(size_t at_most, size_t requests);

/* Where the rig has its files: ca.pem, the authority; client.pem and client.key, a certificate of
 * it for "worker"; cert.pem, the server's. */
const char *tc_rig_folder(void);

/* The forward proxy with its name and password: http://rig:…@127.0.0.1:1234. Stops the test when
 * there is none. */
const char *tc_rig_proxy(void);

#endif
