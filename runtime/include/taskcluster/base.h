/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TASKCLUSTER_BASE_H
#define TASKCLUSTER_BASE_H

/*
 * What every other header stands on: visibility, the one release function, and the optional
 * scalars that generated structs use.
 *
 * Ownership, everywhere in this library:
 *  - a pointer that a function returned or stored through an output parameter belongs to the
 *    caller and goes to tc_release(), once, whatever it is: a reply, a text, or a handle
 *    (tc_client, tc_call, tc_credentials, tc_loop, tc_pages, …). A handle's own _free is the same
 *    by a name that checks the type;
 *  - what several own ends with the last of them: a client with its calls, credentials with all
 *    that hold them, a call with its runs;
 *  - what is reached through such a pointer is borrowed, const, and lives exactly as long;
 *  - arguments are copied before a function returns, unless its comment says otherwise;
 *  - NULL for what a function needs is TC_ERROR_ARGUMENT, which names it; a getter answers as for
 *    what is absent; only what fills an array of the caller's, and can tell of no failure, must
 *    have it;
 *  - outputs are NULL on failure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Dates are struct timespec, and a deployment's go beyond 2038: where time_t has 32 bits unless one
 * asks for more, ask, as the library is built: -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 (pkg-config
 * and CMake say it). */
typedef char tc__time_t_has_64_bits[sizeof(time_t) >= 8 ? 1 : -1];

#if defined(__GNUC__)
#define TC_API __attribute__((visibility("default")))
#define TC_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define TC_API
#define TC_PRINTF(text, first)
#endif

/*
 * Option structs begin with their own size, so that a library can tell which members its caller
 * knows: struct tc_options options = TC_OPTIONS_INIT; in all of them zero and NULL are the default.
 * What an older, shorter one lacks is the default, too; a newer, longer one is taken when all that
 * the library does not know is zero, and is otherwise refused with TC_ERROR_ARGUMENT.
 */
#ifdef __cplusplus
extern "C++" {
#if __cplusplus >= 201402L
#define TC_CONSTANT constexpr
#else
#define TC_CONSTANT
#endif
template <typename Options> inline TC_CONSTANT Options tc_sized_init()
{
	Options options = Options();
	options.size = sizeof(Options);
	return options;
}
#undef TC_CONSTANT
}
#define TC_SIZED_INIT(type) tc_sized_init<type>()
#else
#define TC_SIZED_INIT(type) \
	{ \
		.size = sizeof(type) \
	}
#endif

/* For a maximum: there is none. (0 is the default.) */
#define TC_UNLIMITED ((size_t)-1)

/* Releases anything that a function of this library returned, as its own _free does where it has
 * one. NULL is fine. Secrets are wiped first. What is borrowed, and what a constant function gives
 * (tc_sdk_version), is not to be released. */
TC_API void tc_release(const void *pointer);

/* Makes a block of memory that tc_release frees, or gives one (which may move) another size: for
 * functions that hand memory on as this library does. NULL without memory; then the old one stays.
 */
TC_API void *tc_block_resize(void *block, size_t size);

/* The same for a handle: a zeroed block whose tc_release is nothing but `release`, which may count
 * down, or put the end off until a callback has returned; tc_handle_end then frees the block
 * itself. */
TC_API void *tc_handle_new(size_t size, void (*release)(void *handle));
TC_API void tc_handle_end(void *handle);

/* Optional scalars: {0} is absent, so that zero, false and absent stay apart. */
struct tc_opt_int64 {
	bool present;
	int64_t value;
};

struct tc_opt_double {
	bool present;
	double value;
};

struct tc_opt_bool {
	bool present;
	bool value;
};

#ifdef __cplusplus
}
#endif

#endif
