/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/loop/loop.h"

#include <stdlib.h>

struct tc__post {
	struct tc__post *next;
	tc_post_fn *post;
	void *data;
};

/* In place of the newest: nothing is accepted any more. */
static struct tc__post closed;

void tc__posts_init(struct tc__posts *posts)
{
	atomic_init(&posts->newest, NULL);
	atomic_init(&posts->left, 0);
}

/* ---- from any thread ---- */

/* Only the loop's thread takes them away, and all at once, so that none can come back to its place
 * meanwhile. */
static bool push(struct tc__posts *posts, struct tc__post *post)
{
	post->next = atomic_load(&posts->newest);
	do {
		if (post->next == &closed)
			return false;
	} while (!atomic_compare_exchange_weak(&posts->newest, &post->next, post));
	return true;
}

int tc_loop_post(tc_loop *loop, tc_post_fn *post, void *data, tc_error *err)
{
	tc_error_clear(err);
	if (!loop || !post)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s is NULL", loop ? "post" : "loop");
	struct tc__post *letter = malloc(sizeof *letter);
	if (!letter)
		return tc__fail_nomem(err);
	*letter = (struct tc__post){ .post = post, .data = data };
	atomic_fetch_add(&loop->posts.left, 1); /* before it can be called */
	if (push(&loop->posts, letter)) {
		tc__wake_ring(&loop->wake);
		return TC_OK;
	}
	atomic_fetch_sub(&loop->posts.left, 1);
	free(letter);
	return tc__fail(err, TC_ERROR_ARGUMENT, "loop is being freed");
}

/* ---- on the loop's thread ---- */

/* Appends what has come, oldest first. */
static void take(struct tc__posts *posts, struct tc__post *instead)
{
	struct tc__post *newest = atomic_exchange(&posts->newest, instead), *last = newest;
	struct tc__post *oldest = NULL;

	if (!newest || newest == &closed)
		return;
	while (newest) {
		struct tc__post *next = newest->next;
		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	*(posts->last ? &posts->last->next : &posts->first) = oldest;
	posts->last = last;
}

/* Those that were taken; what they post themselves waits for the next turn. */
static void call(tc_loop *loop)
{
	struct tc__posts *posts = &loop->posts;
	struct tc__post *letter;

	while (!loop->stopped && (letter = posts->first)) {
		struct tc__post now = *letter;
		posts->first = now.next;
		if (!now.next)
			posts->last = NULL;
		free(letter);
		atomic_fetch_sub(&posts->left, 1);
		now.post(now.data);
	}
}

void tc__posts_call(tc_loop *loop)
{
	if (atomic_load(&loop->posts.left) == 0)
		return;
	take(&loop->posts, NULL);
	call(loop);
}

void tc__posts_close(tc_loop *loop)
{
	take(&loop->posts, &closed);
	call(loop);
}
