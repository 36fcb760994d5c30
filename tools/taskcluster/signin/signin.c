/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/signin/signin.h"
#include "tools/taskcluster/commands/signin.h"
#include "tools/taskcluster/config/update.h"
#include "tools/taskcluster/config/variable.h"
#include "tools/taskcluster/jobs/job.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/signin/browser.h"
#include "tools/taskcluster/signin/callback.h"
#include "tools/taskcluster/signin/check.h"
#include "tools/taskcluster/signin/page.h"
#include "tools/taskcluster/signin/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taskcluster/date.h>
#include <unistd.h>

#define SCOPES_MAX 256
#define TIMEOUT_S 300
#define TIMEOUT_MAX_S (24 * 60 * 60)

struct signin {
	const char *scopes[SCOPES_MAX];
	size_t scope_count;
	const char *name, *expires;
	int64_t port, timeout_s;
	bool check, csh, save;
	struct session session;
	const struct tc_operation *operation; /* auth.currentScopes */
};

/* ---- the command line ---- */

static int add_scope(struct signin *signin, const char *scope)
{
	if (signin->scope_count == SCOPES_MAX)
		return usage_error("--scope: over %d scopes are too many for a page", SCOPES_MAX);
	signin->scopes[signin->scope_count++] = scope;
	return 0;
}

static int check_expires(const char *text)
{
	char date[TC_DATE_SIZE], now[TC_DATE_SIZE];

	if (*text && tc_from_now(text, NULL, date, NULL) == TC_OK &&
		tc_from_now("0 seconds", NULL, now, NULL) == TC_OK && strcmp(date, now) > 0)
		return 0;
	return usage_error(
		"--expires is \"%s\"; expected how long, such as 1d or \"2 hours\"", text);
}

static int take_option(void *data, int id, const char *value)
{
	struct signin *signin = data;

	switch (id) {
	case 's':
		return add_scope(signin, value);
	case 'n':
		signin->name = value;
		return 0;
	case 'p':
		return arguments_number("--port", value, 0, 65535, &signin->port);
	case SIGNIN_EXPIRES:
		signin->expires = value;
		return check_expires(value);
	case SIGNIN_TIMEOUT:
		return arguments_number("--timeout", value, 1, TIMEOUT_MAX_S, &signin->timeout_s);
	case SIGNIN_CSH:
		signin->csh = true;
		return 0;
	case SIGNIN_SAVE:
		signin->save = true;
		return 0;
	default: /* SIGNIN_CHECK */
		signin->check = true;
		return 0;
	}
}

/* ---- --check ---- */

/* What unsigned calls may do is no sign of having signed in. */
static int check(struct signin *signin, const struct arguments *arguments)
{
	struct session *session = &signin->session;
	size_t count = 0;
	int status = job_open(session, arguments, "auth", "currentScopes", &signin->operation);

	if (status == 0 && (session->config.credentials || session->config.proxy_url))
		status = check_credentials(session, signin->operation, &count);
	if (status != 0 || count > 0)
		return status;
	puts("No valid credentials were found");
	return STATUS_FAILED;
}

/* ---- the page, and its answer ---- */

static void tell_of_scopes(const struct signin *signin)
{
	for (size_t i = 0; i < signin->scope_count; i++)
		if (strcmp(signin->scopes[i], "*") == 0)
			complain("asking for the scope *, which is all that you may do: --scope "
				 "asks for less");
}

static void tell_of_page(
	const struct signin *signin, const struct callback *callback, const char *url, bool opened)
{
	if (opened)
		complain("a browser was asked to open this page:");
	else
		complain("no browser was found: open this page in one on this machine:");
	tell(url);
	if (!opened && variable("SSH_CONNECTION"))
		hint("A browser elsewhere gets here by `ssh -L %d:localhost:%d`, begun now.",
			callback_port(callback), callback_port(callback));
	hint("Its answer is awaited for %lld seconds, on port %d.", (long long)signin->timeout_s,
		callback_port(callback));
	if (!signin->save && isatty(STDOUT_FILENO))
		hint("The access token will be printed here: eval `taskcluster signin` or --save "
		     "keep it out of sight.");
}

static int open_page(const struct signin *signin, const struct callback *callback, bool *opened)
{
	struct page page = { .root_url = signin->session.config.root_url,
		.scopes = { signin->scopes, signin->scope_count },
		.name = signin->name,
		.expires = signin->expires,
		.callback_url = callback_url(callback) };
	tc_error err = TC_ERROR_INIT;
	char *url = page_url(&page, &err);
	int status = url ? 0 : report(&err, NULL, &signin->session.config.origin);

	if (url) {
		tell_of_scopes(signin);
		*opened = browser_open(url);
		tell_of_page(signin, callback, url, *opened);
	}
	free(url);
	tc_error_clear(&err);
	return status;
}

static int get_answer(struct signin *signin, struct callback_answer *answer)
{
	struct callback *callback = callback_open((int)signin->port);
	bool opened = false;

	if (!callback)
		return STATUS_FAILED;
	int status = open_page(signin, callback, &opened);
	if (status == 0)
		status = callback_wait(callback, opened, signin->timeout_s, answer);
	callback_close(callback);
	return status;
}

/* ---- what was got ---- */

static int try_answer(struct signin *signin, const struct callback_answer *answer)
{
	tc_error err = TC_ERROR_INIT;
	size_t count;
	tc_credentials *credentials =
		tc_credentials_new(answer->client_id, answer->access_token, NULL, &err);
	int status = credentials ? 0 : report(&err, NULL, NULL);

	if (credentials) {
		tc_client_set_credentials(signin->session.client, credentials);
		signin->session.config.origin.credentials = "the browser";
		status = check_credentials(&signin->session, signin->operation, &count);
	}
	if (credentials && status == 0 && count == 0)
		complain("warning: %s has no scopes", answer->client_id);
	tc_credentials_free(credentials);
	tc_error_clear(&err);
	return status;
}

static void print_answer(const struct signin *signin, const struct callback_answer *answer)
{
	shell_print("TASKCLUSTER_CLIENT_ID", answer->client_id, signin->csh);
	shell_print("TASKCLUSTER_ACCESS_TOKEN", answer->access_token, signin->csh);
	shell_print("TASKCLUSTER_ROOT_URL", signin->session.config.root_url, signin->csh);
	/* that of other credentials would be sent with these */
	if (variable("TASKCLUSTER_CERTIFICATE"))
		shell_print("TASKCLUSTER_CERTIFICATE", NULL, signin->csh);
}

static int save_answer(const struct signin *signin, const struct callback_answer *answer)
{
	const struct config_value values[] = {
		{ .key = CONFIG_ROOT_URL, .text = signin->session.config.root_url },
		{ .key = CONFIG_CLIENT_ID, .text = answer->client_id },
		{ .key = CONFIG_ACCESS_TOKEN, .text = answer->access_token },
		{ .key = CONFIG_CERTIFICATE },
	};
	struct config_file file = { .loaded = false };

	config_file_find(&file);
	int status = config_update(&file, values, sizeof values / sizeof *values);
	if (status == 0)
		complain("saved in %s: %s", file.path, answer->client_id);
	config_file_free(&file);
	return status;
}

/* The server's client is made before the page is opened: what is wrong with it is told in time. */
static int sign_in(struct signin *signin, const struct arguments *arguments)
{
	struct callback_answer answer;
	int status;

	signin->session.use = SESSION_ROOT;
	status = job_open(&signin->session, arguments, "auth", "currentScopes", &signin->operation);
	if (status == 0 && signin->scope_count == 0)
		status = add_scope(signin, "*");
	if (status == 0)
		status = get_answer(signin, &answer);
	if (status == 0)
		status = try_answer(signin, &answer);
	if (status == 0 && signin->save)
		return save_answer(signin, &answer);
	if (status == 0)
		print_answer(signin, &answer);
	return status;
}

static int perform(void *data, const struct words *words, struct arguments *arguments)
{
	struct signin *signin = data;

	(void)words;
	return signin->check ? check(signin, arguments) : sign_in(signin, arguments);
}

static int run(struct arguments *arguments)
{
	static const struct job job = { &signin_command, 0, 0, take_option, perform };
	struct signin signin = {
		.name = "cli", .expires = "1d", .timeout_s = TIMEOUT_S, .session = SESSION_INIT
	};
	int status = job_run(&job, &signin, arguments);

	session_close(&signin.session);
	return status;
}

const struct action signin_actions[] = {
	{ &signin_command, run },
	{ NULL, NULL },
};
