/* SPDX-License-Identifier: MPL-2.0 */
/* Connections that never came to be: some versions of libcurl close their sockets without a word.
 * Their numbers are others' then: of the next connection, or of a descriptor of the user. */
#include "host.h"
#include "world.h"

#include "runtime/src/loop/loop.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum face { POLL, BEST, HOOKS };

#define QUEUED 4

/* A port that takes no connection: as many as it lets wait do so already. */
struct deaf {
	int fd, queued[QUEUED];
	char url[40];
};

static void open_deaf(struct deaf *deaf)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;

	deaf->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(deaf->fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(deaf->fd, 0), 0);
	assert_int_equal(getsockname(deaf->fd, (struct sockaddr *)&address, &size), 0);
	snprintf(deaf->url, sizeof deaf->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
	for (int i = 0; i < QUEUED; i++) {
		deaf->queued[i] = socket(AF_INET, SOCK_STREAM, 0);
		fcntl(deaf->queued[i], F_SETFL, O_NONBLOCK);
		(void)connect(deaf->queued[i], (struct sockaddr *)&address, sizeof address);
	}
}

static void close_deaf(struct deaf *deaf)
{
	close(deaf->fd);
	for (int i = 0; i < QUEUED; i++)
		close(deaf->queued[i]);
}

struct scene {
	enum face face;
	struct host host;
	struct deaf deaf;
	struct tc_responder *responder;
	tc_client *client, *vain;
	tc_call *call, *vain_call; /* to the responder, and to the deaf one */
	tc_loop *loop;
	struct note note;
	tc_error err;
};

static void begin(struct scene *s, void **state)
{
	struct tc_loop_options options = TC_LOOP_OPTIONS_INIT;

	*s = (struct scene){ .face = (enum face)(uintptr_t)*state };
	open_deaf(&s->deaf);
	s->responder = tc_responder_start(answer_by_script, NULL);
	s->client = quick_client(s->responder);
	s->call = ping(s->client);
	struct tc_options vain = quick_options(s->responder);
	vain.root_url = s->deaf.url;
	vain.attempts = 1;
	s->vain = tc_client_new(&vain, &s->err);
	assert_ok(s->err.code, &s->err);
	s->vain_call = ping(s->vain);
	if (s->face == HOOKS)
		host_open(&s->host, 8, NULL);
	s->loop = s->face == HOOKS
		? s->host.loop
		: tc__loop_new(&options, s->face == POLL ? &tc__waiter_poll : NULL, &s->err);
	assert_non_null(s->loop);
}

static void turn(struct scene *s)
{
	if (s->face == HOOKS)
		host_turn(&s->host);
	else
		assert_ok(tc_loop_poll(s->loop, 100, &s->err), &s->err);
}

static void run(struct scene *s)
{
	while (tc_loop_pending(s->loop))
		turn(s);
}

static void end(struct scene *s)
{
	tc_call_free(s->call);
	tc_call_free(s->vain_call);
	tc_loop_free(s->loop);
	tc_client_free(s->client);
	tc_client_free(s->vain);
	tc_responder_stop(s->responder);
	close_deaf(&s->deaf);
	tc_error_clear(&s->err);
}

/* A run that ends while its connection is being made; the number of its socket. */
static int connect_in_vain(struct scene *s)
{
	const struct tc__sockets *sockets = &s->loop->own.sockets;
	int kept = tc__sockets_next(sockets, -1); /* one at most */
	uint64_t id;

	assert_ok(tc_loop_start(s->loop, s->vain_call, take_note, &s->note, &id, &s->err), &s->err);
	while (!sockets->count)
		turn(s);
	turn(s);
	int fd = tc__sockets_next(sockets, -1), more = tc__sockets_next(sockets, fd);
	fd = fd == kept && more >= 0 ? more : fd;
	assert_int_equal(tc_loop_cancel(s->loop, id), TC_OK);
	run(s);
	assert_int_equal(s->note.code, TC_ERROR_CANCELED);
	return fd;
}

/* The number is another connection's at once. */
static void the_next_connection_is_watched(void **state)
{
	struct scene s;

	begin(&s, state);
	for (int i = 0; i < 5; i++) {
		connect_in_vain(&s);
		int64_t begun = tc_test_now_ms();
		s.note = (struct note){ 0 };
		assert_ok(tc_loop_start(s.loop, s.call, take_note, &s.note, NULL, &s.err), &s.err);
		run(&s);
		assert_int_equal(s.note.succeeded, 1);
		assert_int_in_range(tc_test_now_ms() - begun, 0, 2000);
		assert_true(s.loop->own.sockets.count <= 1);
	}
	end(&s);
}

static void note_byte(void *data, int fd, int events)
{
	char byte;

	assert_true(events & TC_LOOP_READ);
	*(int *)data += read(fd, &byte, 1) == 1;
}

/* Or a descriptor's of the user, who may watch it. */
static void the_number_may_be_the_users(void **state)
{
	int fds[2], count = 0;
	struct scene s;

	begin(&s, state);
	int fd = connect_in_vain(&s);
	assert_int_equal(pipe(fds), 0);
	assert_true(fds[0] == fd || fds[1] == fd);
	if (fds[0] != fd) { /* the end that is read has to be */
		int other = dup(fds[0]);
		close(fds[0]);
		assert_int_equal(dup2(fds[1], fds[0]), fds[0]);
		assert_int_equal(dup2(other, fd), fd);
		fds[1] = fds[0];
		fds[0] = fd;
		close(other);
	}
	assert_ok(tc_loop_watch(s.loop, fd, TC_LOOP_READ, note_byte, &count, &s.err), &s.err);
	assert_int_equal(write(fds[1], "a", 1), 1);
	for (int i = 0; i < 50 && !count; i++)
		turn(&s);
	assert_int_equal(count, 1);
	pid_t child = fork();
	if (child == 0) { /* what is not the loop's stays open */
		tc_loop_free(s.loop);
		_exit(fcntl(fd, F_GETFD) >= 0 ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_ok(tc_loop_watch(s.loop, fd, 0, NULL, NULL, &s.err), &s.err);
	close(fds[0]);
	close(fds[1]);
	end(&s);
}

#define ON_ALL(test) \
	{ #test " (poll)", test, NULL, NULL, (void *)(uintptr_t)POLL }, \
		{ #test " (epoll)", test, NULL, NULL, (void *)(uintptr_t)BEST }, \
	{ \
#test " (hooks)", test, NULL, NULL, (void *)(uintptr_t)HOOKS \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_ALL(the_next_connection_is_watched),
		ON_ALL(the_number_may_be_the_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
