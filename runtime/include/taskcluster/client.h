/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_CLIENT_H
#define TASKCLUSTER_CLIENT_H

/*
 * A client: where to call, as whom, and how. It keeps connections, the clock offset and the retry
 * settings; make one for each thread and use it for all services of Taskcluster, and one for each
 * server of another system. It serves one thread at a time; tc_client_dup makes another for another
 * thread.
 */

#include <taskcluster/cancel.h>
#include <taskcluster/credentials.h>
#include <taskcluster/log.h>
#include <taskcluster/metrics.h>
#include <taskcluster/progress.h>
#include <taskcluster/seams.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tc_client tc_client;

/*
 * Gives credentials that are newer than `current` (NULL while there are none): a reference that the
 * client takes over. NULL when it has none: with *err set, a call whose credentials have ended
 * fails with that error; otherwise calls go on with those they have, and it is asked again 10
 * seconds later at the earliest. It runs on the client's thread inside a call, also one on a loop,
 * which waits meanwhile; it must not use the same client.
 */
typedef tc_credentials *tc_renew_fn(void *data, const tc_credentials *current, tc_error *err);

/* The oldest TLS that is spoken. */
enum tc_tls {
	TC_TLS_DEFAULT = 0, /* 1.2 */
	TC_TLS_1_2,
	TC_TLS_1_3,
};

/* The addresses that are used. */
enum tc_ip {
	TC_IP_ANY = 0,
	TC_IP_4,
	TC_IP_6,
};

enum tc_http {
	TC_HTTP_ANY = 0, /* over TLS what is agreed on, 2 or 1.1; else 1.1 */
	TC_HTTP_1_1,
	TC_HTTP_2, /* the same over TLS; else 2 unasked, which the server must speak */
};

/*
 * Start from TC_OPTIONS_INIT; zero and NULL always mean the default, a number here says which.
 * Texts are copied. When options are given, nothing is taken from the environment: its credentials
 * never reach another root.
 */
struct tc_options {
	size_t size; /* set by TC_OPTIONS_INIT */

	/* ---- where, and as whom ---- */

	const char *root_url;  /* https://tc.example.com */
	const char *proxy_url; /* the proxy inside a task that signs: it wins over root_url, and
				  calls go to it unsigned */
	const char *base_url;  /* replaces the base URL of services that carry their own: the
				  2015 generation, and other systems; {service} stands for its
				  name, without "classic-"; credentials go to such servers only
				  when they are named here, or no root_url and proxy_url is */
	const tc_credentials *credentials; /* shared; NULL: unsigned calls; for systems with users:
					      tc_credentials_password */
	tc_renew_fn *renew; /* asked for credentials before the first call without any, before
			       those there are end, and after a 401 that refuses them */
	void *renew_data;
	int64_t renew_before_ms; /* so long before their end; 5 minutes, or a quarter of their
				    life if that is less */

	/* ---- time ---- */

	int64_t connect_timeout_ms; /* 10,000 */
	int64_t timeout_ms;         /* for each attempt, 30,000; long-polling operations get their
				       waiting time on top */
	int64_t deadline_ms;        /* for the whole of a call: its turn, attempts and pauses; then
				       TC_ERROR_TIMEOUT, at most a second late; no limit */
	tc_cancel *cancel;          /* ends the calls of this client; borrowed */

	/* ---- repeating, and how often in all ---- */

	int64_t retry_budget_ms;    /* no new attempt begins later than this after the first; no
				       limit but the attempts */
	int64_t retry_delay_ms;     /* the first delay is about twice this, 100 */
	int64_t retry_delay_max_ms; /* 30,000; a Retry-After may ask for more, up to 10 times this
				     */
	int attempts;               /* how often a call is tried in all: 6; 1: never again */
	int rate_burst;    /* with rate_per_s: so many at once after a time with fewer; 1 */
	double rate_per_s; /* attempts a second at most, from 0.001; the others wait their turn; no
			      limit */
	bool no_pause;     /* when a server asks one call for a pause (429 or 503 with Retry-After,
			      not longer than retry_delay_max_ms allows), do not hold back the
			      others of this client to that system's servers; transfers to
			      elsewhere never wait */

	/* ---- bodies and replies ---- */

	bool unchecked_bodies; /* typed bodies are sent without the checks that the server makes
				  (TC_ENCODE_UNCHECKED), and bodies and arguments without those
				  that it does not make and fails over (struct tc_refusal) */
	bool no_payload_hash;  /* do not cover bodies by the Hawk header */
	bool lenient_replies;  /* typed replies that break their schema are taken as far as they
				  go (TC_DECODE_LENIENT) instead of TC_ERROR_REPLY */
	bool verify_replies;   /* demand and check Server-Authorization on signed calls */
	size_t reply_max;      /* bytes of a reply, decoded, 64 MiB; more is TC_ERROR_REPLY;
				  TC_UNLIMITED: as long as it likes */

	/*
	 * ---- how servers are reached ----
	 *
	 * The names and formats are libcurl's, whose manual has more of each. What its build cannot
	 * do is TC_ERROR_SYSTEM "libcurl cannot do this" at the first call; a file that cannot be
	 * read is an error at once.
	 */

	/* Whom to trust. ca_file or ca_pem, and ca_folder; with any of them the system's store does
	 * not count. */
	const char *ca_file;    /* PEM */
	const char *ca_folder;  /* PEM files named by `openssl rehash` */
	const char *ca_pem;     /* the certificates themselves, in PEM */
	const char *pinned_key; /* the server's public key must be one of these:
				   "sha256//BASE64", more of them behind a ';' */
	enum tc_tls tls_min;

	/* Who we are, when a server asks for a certificate. */
	const char *client_certificate;  /* a PEM file: it, and those up to the authority */
	const char *client_key;          /* a PEM file; NULL: in that of the certificate */
	const char *client_key_password; /* NULL: it is not encrypted */

	/* The way. */
	const char *http_proxy;     /* as curl takes it; NULL: none; the environment's http_proxy,
				       https_proxy, all_proxy and no_proxy count only without
				       options */
	const char *no_proxy;       /* hosts, domains and networks for which http_proxy is not used,
				       between commas; "*": all */
	const char *interface;      /* from where: "eth0", or an address of this host */
	const char *unix_socket;    /* the path of one, instead of looking the host up: all servers
				       are there, whatever their URLs; not with http_proxy */
	const char *const *resolve; /* NULL-ended; "HOST:PORT:ADDRESS", more addresses behind
				       commas: such a host is not looked up; "*" is every host */
	enum tc_ip ip_version;

	/* Connections. Clients on one tc_loop share them, so those whose resolve, interface or
	 * on_handle differ cannot be on it together: TC_ERROR_ARGUMENT for the later one. */
	enum tc_http http_version;
	int host_connections; /* most to one host at a time, no limit; attempts wait for one, for
				 as long as deadline_ms allows: timeout_ms begins with the
				 connection. On a tc_loop the smallest limit of all of its clients
				 counts */
	int64_t idle_ms;      /* how long a connection may have been idle to be used again, rounded
				 up to seconds, at least 2; at most the default, 85 s, and
				 4 s for what must not be sent twice */

	/* ---- what is told, to servers and to the program ---- */

	const char *user_agent; /* appended to "libtaskcluster/<version>" */
	const char *trace_id;   /* sent as x-taskcluster-trace-id; a random one for each client */
	tc_log_fn *log;
	void *log_data;
	tc_progress_fn *progress;
	void *progress_data;
	tc_metrics_fn *metrics; /* told of each attempt */
	void *metrics_data;
	enum tc_log_level log_level; /* with `log`; 0: TC_LOG_INFO */

	/* ---- seams ---- */

	const struct tc_seams *seams; /* time and randomness; copied; NULL: the system's */
	/*
	 * Gets each CURL * when it is made, on the thread that makes a call, before the library
	 * sets its own options, which win: verification, redirects, credentials, cookies, methods,
	 * headers and callbacks stay as they are. CURLOPT_SSL_CTX_FUNCTION is called as libcurl
	 * says. It must not use the client. Shared by its dups, and so maybe called on several
	 * threads. As with `resolve`, clients with another hook, or other data for it, cannot be
	 * on the same tc_loop.
	 */
	void (*on_handle)(void *curl, void *data);
	void *on_handle_data;
};
#define TC_OPTIONS_INIT TC_SIZED_INIT(struct tc_options)

/*
 * NULL options: everything from the environment: TASKCLUSTER_PROXY_URL or TASKCLUSTER_ROOT_URL, and
 * the credentials variables (none set: unsigned calls; some set: TC_ERROR_CREDENTIALS), the HTTP
 * proxies as curl reads them, SSL_CERT_FILE (ca_file) and SSL_CERT_DIR (ca_folder). Systems
 * that are not Taskcluster have variables of their own, which are read when they are first called;
 * their servers never see the ones above.
 */
TC_API tc_client *tc_client_new(const struct tc_options *options, tc_error *err);

/* Another client for another thread: the same options, clock offset and (shared) credentials and
 * TLS sessions, its own connections. Call it on the thread that uses `client`, hand the result
 * over. The callbacks' data is shared, too: `log_data`, `progress_data`, `metrics_data`,
 * `renew_data`, `on_handle_data` and that of the seams are used by both threads, maybe at the same
 * time. */
TC_API tc_client *tc_client_dup(tc_client *client, tc_error *err);

/*
 * Another client as tc_client_dup makes it, that signs with these credentials (NULL: unsigned
 * calls): for those that a reply carries, as a claim's or an object's upload's. It calls the root
 * URL, also where `client` has a proxy_url, which would sign with credentials of its own, and asks
 * no `renew`. Its credentials, also those set later, go to the root URL's services only, never to a
 * server of another system or of 2015, whatever base_url is named. TC_ERROR_ARGUMENT when the
 * client has no root_url: inside a task with the proxy TASKCLUSTER_ROOT_URL has to be set as well.
 */
TC_API tc_client *tc_client_as(tc_client *client, const tc_credentials *credentials, tc_error *err);

/* Replaces the credentials of this client only, from its next attempt on; attempts under way keep
 * the old ones. NULL: unsigned from now on. */
TC_API void tc_client_set_credentials(tc_client *client, const tc_credentials *credentials);

/* Replaces options.renew and its data, for this client only; NULL: nobody is asked any more. For
 * one of tc_client_as, whose credentials somebody else renews. What was asked before may still be
 * in use: call it on the client's thread, not in `renew`. */
TC_API void tc_client_set_renew(tc_client *client, tc_renew_fn *renew, void *renew_data);

/* How far this client takes the server's clock to be ahead of ours, in ms; learnt from its 401s. A
 * Date header, which nobody signs, is believed up to a day, and only for the requests themselves:
 * when signed URLs end, and when it is time to renew, goes by the clock here (and by what a server
 * proves with Hawk's tsm). */
TC_API int64_t tc_client_clock_offset_ms(const tc_client *client);

/* Time by the client's seams: ms since some fixed moment, which never goes back. */
TC_API int64_t tc_client_steady_ms(const tc_client *client);

/* The wall clock by its seams, as it is here: ms since 1970. Server's dates are compared with this
 * plus tc_client_clock_offset_ms. */
TC_API int64_t tc_client_now_ms(const tc_client *client);

/*
 * Lets `ms` pass on the client's thread, by its seams; what its lists, streams and transfers have
 * under way goes on meanwhile. TC_ERROR_CANCELED as soon as `cancel` is fired (NULL: the client's
 * own, if it has one). Refused with TC_ERROR_ARGUMENT from inside a callback of one of its calls.
 */
TC_API int tc_client_wait(tc_client *client, int64_t ms, tc_cancel *cancel, tc_error *err);

/*
 * The same, and ends as soon as a descriptor of the caller's can be read from, has an error or hung
 * up: *ready (which may be NULL) says whether that was it. With `ms` 0 it is only looked at. It is
 * not read, stays the caller's, and nothing is known of it afterwards. TC_ERROR_ARGUMENT when it is
 * not open, TC_ERROR_SYSTEM when it cannot be watched (a file). With seams that `sleep` they are
 * asked to for a fifth of a second at a time, and it is looked at in between.
 */
TC_API int tc_client_wait_for(
	tc_client *client, int fd, int64_t ms, tc_cancel *cancel, bool *ready, tc_error *err);

/*
 * For those who repeat whole steps by themselves: how long a call of this client would now pause,
 * in ms, when `failed` attempts in a row (from 1) have failed, the last with *err. By the options
 * attempts, retry_delay_ms and retry_delay_max_ms, with their jitter, and by what the server asked
 * for. -1: it would not be tried again, as that cannot help (tc_error_may_repeat), as there have
 * been as many attempts as there may be, or as the server asks for too long a pause. It does not
 * know when the first attempt began: retry_budget_ms and deadline_ms are not counted, nor is what
 * the reply to another call asked for, which the next call waits for by itself.
 */
TC_API int64_t tc_client_pause_ms(tc_client *client, int failed, const tc_error *err);

/* The tc_cancel that its options named, or NULL: for those who wait on their own for what is made
 * of several calls. Borrowed; it is the same for the client's dups. */
TC_API tc_cancel *tc_client_cancel(const tc_client *client);

/* Gives the client back; it ends with the last of its calls. NULL is fine. After fork a child may
 * do only this or exec. */
TC_API void tc_client_free(tc_client *client);

#ifdef __cplusplus
}
#endif

#endif
