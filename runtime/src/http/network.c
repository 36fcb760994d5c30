/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/http/network.h"

#include "runtime/src/base/error.h"
#include "runtime/src/base/memory.h"
#include "runtime/src/http/address.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tc__network {
	struct tc__network_options options; /* texts lie in the arena */
	struct tc__arena texts;
	struct curl_slist *resolve; /* in the arena, too */
	atomic_size_t references;
	atomic_size_t clients;
	pthread_mutex_t making; /* of the share */
	CURLSH *share;          /* NULL until the first handle */
	pthread_mutex_t locks[CURL_LOCK_DATA_LAST];
};

/* ---- start-up ---- */

/* The one thing per process: libcurl's own start-up must happen once, and no user has to ask for
 * it. It is never undone, because nobody can know who else uses curl. */
static pthread_once_t started = PTHREAD_ONCE_INIT;
static CURLcode start_result;

static void start(void)
{
	start_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

int tc__curl_start(tc_error *err)
{
	if (pthread_once(&started, start) != 0 || start_result != CURLE_OK)
		return tc__fail(err, TC_ERROR_SYSTEM, "libcurl does not start: %s",
			curl_easy_strerror(start_result));
	return TC_OK;
}

/* ---- what handles share ---- */

static void lock(CURL *easy, curl_lock_data what, curl_lock_access access, void *data)
{
	struct tc__network *network = data;

	(void)easy;
	(void)access;
	pthread_mutex_lock(&network->locks[what]);
}

static void unlock(CURL *easy, curl_lock_data what, void *data)
{
	struct tc__network *network = data;

	(void)easy;
	pthread_mutex_unlock(&network->locks[what]);
}

/*
 * Sessions go from thread to thread. libcurl before 8.10 gives several handles the same object of
 * OpenSSL's, whose rule is that a session in use is not changed. What OpenSSL 3 writes to it even
 * so is the cipher that it already has, and that it is not to be resumed again.
 */
static CURLSH *make_share(struct tc__network *network)
{
	CURLSH *share = curl_share_init();

	if (!share)
		return NULL;
	CURLSHcode code = curl_share_setopt(share, CURLSHOPT_LOCKFUNC, lock);
	if (code == CURLSHE_OK)
		code = curl_share_setopt(share, CURLSHOPT_UNLOCKFUNC, unlock);
	if (code == CURLSHE_OK)
		code = curl_share_setopt(share, CURLSHOPT_USERDATA, network);
	if (code == CURLSHE_OK)
		code = curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	if (code == CURLSHE_OK || code == CURLSHE_NOT_BUILT_IN) /* a libcurl without TLS */
		return share;
	curl_share_cleanup(share);
	return NULL;
}

/* Made when it is needed: a client that only signs URLs needs none. */
static CURLSH *share_of(struct tc__network *network)
{
	pthread_mutex_lock(&network->making);
	if (!network->share)
		network->share = make_share(network);
	CURLSH *share = network->share;
	pthread_mutex_unlock(&network->making);
	return share;
}

/* ---- copying ---- */

static bool copy_texts(struct tc__network *network)
{
	struct tc__network_options *o = &network->options;
	const char **texts[] = { &o->http_proxy, &o->no_proxy, &o->ca_file, &o->ca_folder,
		&o->ca_pem, &o->client_certificate, &o->client_key, &o->client_key_password,
		&o->pinned_key, &o->interface, &o->unix_socket };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (!*texts[i])
			continue;
		*texts[i] = tc__arena_string(&network->texts, *texts[i]);
		if (!*texts[i])
			return false;
	}
	return true;
}

/* The list in curl's form. */
static bool copy_resolve(struct tc__network *network)
{
	const char *const *entry = network->options.resolve;
	struct curl_slist **end = &network->resolve;

	network->options.resolve = NULL;
	for (; entry && *entry; entry++) {
		struct curl_slist *node = tc__arena_alloc(&network->texts, sizeof *node);
		if (!node)
			return false;
		size_t size = strlen(*entry) + 1;
		*node = (struct curl_slist){ .data = tc__arena_bytes(&network->texts, size) };
		if (!node->data)
			return false;
		memcpy(node->data, *entry, size);
		*end = node;
		end = &node->next;
	}
	return true;
}

/* ---- from beginning to end ---- */

static bool make_locks(struct tc__network *network)
{
	size_t made = 0;

	if (pthread_mutex_init(&network->making, NULL) != 0)
		return false;
	while (made < CURL_LOCK_DATA_LAST && pthread_mutex_init(&network->locks[made], NULL) == 0)
		made++;
	if (made == CURL_LOCK_DATA_LAST)
		return true;
	while (made--)
		pthread_mutex_destroy(&network->locks[made]);
	pthread_mutex_destroy(&network->making);
	return false;
}

struct tc__network *tc__network_new(const struct tc__network_options *options, tc_error *err)
{
	struct tc__network *network = calloc(1, sizeof *network);

	if (!network || !make_locks(network)) {
		free(network);
		tc__fail_nomem(err);
		return NULL;
	}
	network->texts.secret = true; /* a key's password, a proxy's */
	network->references = network->clients = 1;
	network->options = *options;
	if (copy_texts(network) && copy_resolve(network))
		return network;
	tc__network_free(network);
	tc__fail_nomem(err);
	return NULL;
}

const struct tc__network_options *tc__network_options(const struct tc__network *network)
{
	return &network->options;
}

struct tc__network *tc__network_hold(struct tc__network *network)
{
	network->references++;
	return network;
}

void tc__network_release(struct tc__network *network)
{
	if (--network->references)
		return;
	if (network->share)
		curl_share_cleanup(network->share);
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		pthread_mutex_destroy(&network->locks[i]);
	pthread_mutex_destroy(&network->making);
	tc__arena_clear(&network->texts);
	free(network);
}

struct tc__network *tc__network_ref(struct tc__network *network)
{
	network->clients++;
	return tc__network_hold(network);
}

void tc__network_free(struct tc__network *network)
{
	if (!network)
		return;
	network->clients--;
	tc__network_release(network);
}

bool tc__network_is_left(const struct tc__network *network)
{
	return network->clients == 0;
}

/* ---- setting up a handle ---- */

bool tc__network_mixes(const struct tc__network *a, const struct tc__network *b)
{
	const struct tc__network_options *x = &a->options, *y = &b->options;
	const struct curl_slist *one = a->resolve, *other = b->resolve;

	if (x->on_handle != y->on_handle ||
		(x->on_handle && x->on_handle_data != y->on_handle_data))
		return false;
	if (!x->interface != !y->interface ||
		(x->interface && strcmp(x->interface, y->interface) != 0))
		return false;
	while (one && other && strcmp(one->data, other->data) == 0) {
		one = one->next;
		other = other->next;
	}
	return !one && !other;
}

/* A handle, and what of it could not be set up. */
struct setting {
	CURL *easy;
	CURLcode code;
	const char *what; /* the option of struct tc_options */
};

/* curl_easy_setopt is a macro that takes any number of types; this keeps its first failure. */
#define SET(setting, name, option, value) \
	do { \
		if ((setting)->code == CURLE_OK) { \
			(setting)->code = curl_easy_setopt((setting)->easy, option, value); \
			(setting)->what = name; \
		} \
	} while (0)

/* The same for a proxy that is reached over TLS: no matter where libcurl knows none. */
#define SET_PROXY(setting, name, option, value) \
	do { \
		struct setting proxy = *(setting); \
		SET(&proxy, name, option, value); \
		if (proxy.code == CURLE_OUT_OF_MEMORY) \
			*(setting) = proxy; \
	} while (0)

/* What of a handle is not the caller's to change is put back after the hook. Options that this
 * libcurl lacks cannot have been changed either. */
static void take_back(CURL *easy)
{
	static const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_PROXY_SSL_VERIFYPEER, 1 },
		{ CURLOPT_PROXY_SSL_VERIFYHOST, 2 },
		{ CURLOPT_DOH_SSL_VERIFYPEER, 1 },
		{ CURLOPT_DOH_SSL_VERIFYHOST, 2 },
		{ CURLOPT_HTTP_TRANSFER_DECODING, 1 },
		{ CURLOPT_UNRESTRICTED_AUTH, 0 },
		{ CURLOPT_HTTPAUTH, CURLAUTH_BASIC },
		{ CURLOPT_HEADEROPT, CURLHEADER_SEPARATE }, /* a proxy gets no Authorization */
		{ CURLOPT_HSTS_CTRL, 0 },
		{ CURLOPT_ALTSVC_CTRL, CURLALTSVC_READONLYFILE }, /* none of its ways */
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_AUTOREFERER, 0 },
		{ CURLOPT_HTTP09_ALLOWED, 0 },
		{ CURLOPT_IGNORE_CONTENT_LENGTH, 0 },
		{ CURLOPT_FAILONERROR, 0 },
		{ CURLOPT_HEADER, 0 },
		{ CURLOPT_CRLF, 0 }, /* a body's bytes are its own */
		{ CURLOPT_KEEP_SENDING_ON_ERROR, 0 },
		{ CURLOPT_CONNECT_ONLY, 0 },
		{ CURLOPT_TRANSFER_ENCODING, 0 },
		{ CURLOPT_TIMECONDITION, CURL_TIMECOND_NONE },
		{ CURLOPT_RESUME_FROM, 0 },
		{ CURLOPT_MAXFILESIZE, 0 },
		{ CURLOPT_PORT, 0 },
		{ CURLOPT_UPLOAD, 0 },
	};
	static const CURLoption pointers[] = { CURLOPT_USERPWD, CURLOPT_USERNAME, CURLOPT_PASSWORD,
		CURLOPT_XOAUTH2_BEARER, CURLOPT_AWS_SIGV4, CURLOPT_COOKIE, CURLOPT_COOKIEJAR,
		CURLOPT_COOKIEFILE, CURLOPT_REFERER, CURLOPT_USERAGENT, CURLOPT_ACCEPT_ENCODING,
		CURLOPT_RANGE, CURLOPT_REQUEST_TARGET, CURLOPT_CURLU, CURLOPT_PRE_PROXY,
		CURLOPT_HTTP200ALIASES, CURLOPT_HSTS };

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		(void)curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
	/* last of the cookies' is COOKIEFILE, which ends what keeps them */
	for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
		(void)curl_easy_setopt(easy, pointers[i], NULL);
}

static void trust_pem(struct setting *setting, const char *text)
{
	union {
		const char *read_only;
		void *data;
	} pem = { text };
	struct curl_blob blob = {
		.data = pem.data, .len = strlen(text), .flags = CURL_BLOB_NOCOPY
	};

	SET(setting, "ca_pem", CURLOPT_CAINFO_BLOB, &blob);
	SET_PROXY(setting, "ca_pem", CURLOPT_PROXY_CAINFO_BLOB, &blob);
}

static void trust(struct setting *setting, const struct tc__network_options *o)
{
	SET(setting, "tls_min", CURLOPT_SSLVERSION, o->tls_min);
	SET_PROXY(setting, "tls_min", CURLOPT_PROXY_SSLVERSION, o->tls_min);
	SET(setting, "verification", CURLOPT_SSL_VERIFYPEER, 1L);
	SET(setting, "verification", CURLOPT_SSL_VERIFYHOST, 2L);
	if (o->pinned_key)
		SET(setting, "pinned_key", CURLOPT_PINNEDPUBLICKEY, o->pinned_key);
	if (!o->ca_file && !o->ca_folder && !o->ca_pem)
		return;
	SET(setting, "ca_file", CURLOPT_CAINFO, o->ca_file);
	SET_PROXY(setting, "ca_file", CURLOPT_PROXY_CAINFO, o->ca_file);
	SET(setting, "ca_folder", CURLOPT_CAPATH, o->ca_folder);
	SET_PROXY(setting, "ca_folder", CURLOPT_PROXY_CAPATH, o->ca_folder);
	if (o->ca_pem)
		trust_pem(setting, o->ca_pem);
}

static void show_certificate(struct setting *setting, const struct tc__network_options *o)
{
	if (!o->client_certificate)
		return;
	SET(setting, "client_certificate", CURLOPT_SSLCERT, o->client_certificate);
	SET(setting, "client_key", CURLOPT_SSLKEY,
		o->client_key ? o->client_key : o->client_certificate);
	/* without one OpenSSL would ask for it at the terminal, and wait */
	SET(setting, "client_key_password", CURLOPT_KEYPASSWD,
		o->client_key_password ? o->client_key_password : "");
}

/* With libcurl's word for what it is: what has none, and is no interface, it takes for a host's
 * name, and waits for its look-up, whatever else is due. */
static void go_out_by(struct setting *setting, const char *interface)
{
	char named[sizeof "host!" + TC__INTERFACE_MAX];
	bool has_word = strncmp(interface, "if!", 3) == 0 || strncmp(interface, "host!", 5) == 0;
	const char *word = tc__is_address(interface) ? "host!" : "if!";

	snprintf(named, sizeof named, "%s%s", has_word ? "" : word, interface);
	SET(setting, "interface", CURLOPT_INTERFACE, named);
}

static void set_way(struct setting *setting, const struct tc__network *network)
{
	const struct tc__network_options *o = &network->options;

	if (!o->environment_proxy) {
		SET(setting, "http_proxy", CURLOPT_PROXY, o->http_proxy ? o->http_proxy : "");
		SET(setting, "no_proxy", CURLOPT_NOPROXY, o->no_proxy ? o->no_proxy : "");
	}
	if (o->interface)
		go_out_by(setting, o->interface);
	if (o->unix_socket)
		SET(setting, "unix_socket", CURLOPT_UNIX_SOCKET_PATH, o->unix_socket);
	if (network->resolve)
		SET(setting, "resolve", CURLOPT_RESOLVE, network->resolve);
	SET(setting, "ip_version", CURLOPT_IPRESOLVE, o->ip_version);
}

static int fail(const struct setting *setting, tc_error *err)
{
	if (setting->code == CURLE_OUT_OF_MEMORY)
		return tc__fail_nomem(err);
	return tc__fail(err, TC_ERROR_SYSTEM, "libcurl cannot do this: %s: %s", setting->what,
		curl_easy_strerror(setting->code));
}

int tc__network_set_up(struct tc__network *network, CURL *easy, tc_error *err)
{
	const struct tc__network_options *o = &network->options;
	struct setting setting = { .easy = easy };
	CURLSH *share = share_of(network);

	if (!share)
		return tc__fail_nomem(err);
	if (o->on_handle) {
		o->on_handle(easy, o->on_handle_data);
		take_back(easy);
	}
	trust(&setting, o);
	show_certificate(&setting, o);
	SET(&setting, "http_version", CURLOPT_HTTP_VERSION, o->http_version);
	set_way(&setting, network);
	SET(&setting, "sessions", CURLOPT_SHARE, share);
	return setting.code == CURLE_OK ? TC_OK : fail(&setting, err);
}
