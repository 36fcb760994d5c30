/* SPDX-License-Identifier: MPL-2.0 */
/* libcurl's own descriptors never survive exec, whatever other threads do with theirs meanwhile,
 * and nothing is changed about anybody else's. */
#include "tests/harness/test.h"

#include "runtime/src/http/transport_curl.h"
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS_MAX 1024
#define MULTIS 100

/* How many would be there after exec. */
static int inherited(void)
{
	int count = 0;

	for (int fd = 0; fd < FDS_MAX; fd++) {
		int flags = fcntl(fd, F_GETFD);
		count += flags >= 0 && !(flags & FD_CLOEXEC);
	}
	return count;
}

static int setup(void **state)
{
	tc_error err = TC_ERROR_INIT;

	(void)state;
	return tc__curl_start(&err);
}

static void nobody_interferes(void **state)
{
	int pair[2], before = inherited();

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0); /* the host's own */
	CURLM *multi = tc__curl_multi_new();
	assert_non_null(multi);
	assert_int_equal(inherited(), before + 2);
	curl_multi_cleanup(multi);
	close(pair[0]);
	close(pair[1]);
}

/* The lower of curl's two numbers was free between others, so the two are far apart. */
static void among_many(void **state)
{
	int fds[300], before = inherited();

	(void)state;
	for (int i = 0; i < 300; i++)
		fds[i] = fcntl(0, F_DUPFD_CLOEXEC, 0);
	close(fds[7]);
	CURLM *multi = tc__curl_multi_new();
	assert_int_equal(inherited(), before);
	curl_multi_cleanup(multi);
	for (int i = 0; i < 300; i++)
		if (i != 7)
			close(fds[i]);
}

static void *wait_for_end(void *data)
{
	sem_wait(data);
	return NULL;
}

/* Where others could interfere, libcurl's are looked for. */
static void others_could_interfere(void **state)
{
	pthread_t other;
	sem_t end;

	assert_int_equal(sem_init(&end, 0, 0), 0);
	assert_int_equal(pthread_create(&other, NULL, wait_for_end, &end), 0);
	nobody_interferes(state);
	among_many(state);
	sem_post(&end);
	pthread_join(other, NULL);
	sem_destroy(&end);
}

static atomic_bool over;

/* Takes numbers and gives them back, now and then with bytes to be read. */
static void *interfere(void *data)
{
	int pair[2];

	(void)data;
	while (!over) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
			continue;
		if (write(pair[0], "x", 1) < 0)
			break;
		close(pair[1]);
		close(pair[0]);
	}
	return NULL;
}

static void *make_many(void *data)
{
	CURLM **multis = data;

	for (int i = 0; i < MULTIS; i++)
		multis[i] = tc__curl_multi_new();
	return NULL;
}

static void threads_interfere(void **state)
{
	static CURLM *multis[2][MULTIS];
	pthread_t makers[2], others[2];
	int before = inherited();

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_create(&others[i], NULL, interfere, NULL), 0);
		assert_int_equal(pthread_create(&makers[i], NULL, make_many, multis[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(makers[i], NULL);
	over = true;
	for (int i = 0; i < 2; i++)
		pthread_join(others[i], NULL);
	assert_int_equal(inherited(), before);
	for (int i = 0; i < MULTIS; i++) {
		curl_multi_cleanup(multis[0][i]);
		curl_multi_cleanup(multis[1][i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_interferes),
		cmocka_unit_test(among_many),
		cmocka_unit_test(others_could_interfere),
		cmocka_unit_test(threads_interfere),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
