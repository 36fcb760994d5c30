/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_RUNTIME_NETWORK_H
#define TC_RUNTIME_NETWORK_H

/*
 * How a client reaches its servers: what its easy handles are set up with, made once from its
 * options and never changed, and the TLS sessions that were agreed on. The client, its dups and the
 * handles of every pool that they fly on share it, each with a reference, from any thread.
 */

#include <curl/curl.h>
#include <taskcluster/error.h>

/* What libcurl takes for an interface, besides its own word for the kind. */
#define TC__INTERFACE_MAX 250

/* Texts may be NULL; what they mean stands at the members of struct tc_options. */
struct tc__network_options {
	int64_t connect_timeout_ms;
	bool environment_proxy; /* http_proxy and no_proxy are the environment's */
	const char *http_proxy, *no_proxy;
	const char *ca_file, *ca_folder, *ca_pem; /* none: the system's store */
	const char *client_certificate, *client_key, *client_key_password;
	const char *pinned_key;
	const char *interface, *unix_socket;
	const char *const *resolve; /* NULL-ended */
	long tls_min;               /* a CURL_SSLVERSION_… */
	long ip_version;            /* a CURL_IPRESOLVE_… */
	long http_version;          /* a CURL_HTTP_VERSION_… */
	long host_connections;      /* 0: no limit */
	long idle_s;                /* 0: no limit but the usual */
	void (*on_handle)(void *curl, void *data);
	void *on_handle_data;
};

struct tc__network;

/* The options and their texts are copied. With one reference, of a client. */
struct tc__network *tc__network_new(const struct tc__network_options *options, tc_error *err);

const struct tc__network_options *tc__network_options(const struct tc__network *network);

/* One more client's reference. */
struct tc__network *tc__network_ref(struct tc__network *network);
void tc__network_free(struct tc__network *network);

/* A pool's: it keeps the sessions, but nobody has new calls for them when the last client is gone
 * (tc__network_is_left). */
struct tc__network *tc__network_hold(struct tc__network *network);
void tc__network_release(struct tc__network *network);
bool tc__network_is_left(const struct tc__network *network);

/* Whether connections made for one may be used for the other. libcurl compares most options itself,
 * but neither names that the caller resolved nor what a hook has done, and an interface only when
 * the newcomer names one. */
bool tc__network_mixes(const struct tc__network *a, const struct tc__network *b);

/* Sets up an easy handle: the hook first, then all that is the library's. Its names that the caller
 * resolved must live as long as the handle, so the network must. */
int tc__network_set_up(struct tc__network *network, CURL *easy, tc_error *err);

/* libcurl's start-up, once in a process and from any thread. */
int tc__curl_start(tc_error *err);

#endif
