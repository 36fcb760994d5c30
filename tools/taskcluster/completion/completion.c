/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/completion.h"
#include "tools/taskcluster/completion/script.h"
#include "tools/taskcluster/shared/output.h"

#include <stdlib.h>
#include <string.h>

enum { BRIEF = OPTION_OWN };

static const struct option options[] = {
	{ "no-descriptions", BRIEF, NULL, "offer words without what they mean" },
	{ NULL, 0, NULL, NULL },
};

static const char *const shells[] = { "bash", "zsh", "fish", "powershell", NULL };

/* What the command's words say. */
struct request {
	const char *shell, *file;
	bool brief, help;
};

static completion_fn *find_shell(const char *name)
{
	static completion_fn *const functions[] = { completion_bash, completion_zsh,
		completion_fish, completion_powershell };

	for (size_t i = 0; shells[i]; i++)
		if (strcmp(shells[i], name) == 0)
			return functions[i];
	return NULL;
}

static int add_word(struct request *request, const struct arguments *arguments, bool to_file)
{
	if (!request->shell)
		request->shell = arguments->value;
	else if (to_file && !request->file)
		request->file = arguments->value;
	else
		return usage_error(
			"%s: \"%s\" is one word too many", arguments->command, arguments->value);
	return 0;
}

static int parse(struct request *request, struct arguments *arguments, bool to_file)
{
	int id, status = 0;

	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END) {
		if (id == OPTION_BAD)
			status = STATUS_USAGE;
		else if (id == OPTION_WORD)
			status = add_word(request, arguments, to_file);
		else if (id == BRIEF)
			request->brief = true;
		else
			request->help = true;
	}
	if (status != 0 || request->help)
		return status;
	if (request->shell && find_shell(request->shell))
		return 0;
	return usage_error("%s is made for bash, zsh, fish and powershell%s%s", arguments->command,
		request->shell ? ", not for " : ": name one", request->shell ? request->shell : "");
}

static int run(struct arguments *arguments)
{
	struct request request = { 0 };
	int status = parse(&request, arguments, false);

	if (status != 0)
		return status;
	if (request.help)
		return command_help(&completion_command);
	struct script script = {
		.commands = arguments->commands, .out = stdout, .brief = request.brief
	};
	find_shell(request.shell)(&script);
	return 0;
}

/* ---- completions ---- */

/* Whole or not at all: a shell reads it at its start. */
static int save(const char *path, const char *text, size_t length)
{
	struct output output;
	int status = output_open_file(&output, path);

	if (status == 0)
		status = output_write(&output, text, length);
	if (status == 0)
		status = output_commit(&output);
	output_close(&output);
	return status;
}

static int save_script(
	const struct request *request, const struct command *const *commands, const char *path)
{
	char *text = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&text, &length);

	if (!memory)
		return failure("memory ended");
	struct script script = { .commands = commands, .out = memory };
	find_shell(request->shell)(&script);
	bool whole = !ferror(memory);
	whole = fclose(memory) == 0 && whole;
	int status = whole ? save(path, text, length) : failure("memory ended");
	free(text);
	return status;
}

static int run_to_file(struct arguments *arguments)
{
	struct request request = { 0 };
	char usual[64];
	int status = parse(&request, arguments, true);

	if (status != 0)
		return status;
	if (request.help)
		return command_help(&completions_command);
	snprintf(usual, sizeof usual, "%s_completion.sh", request.shell);
	return save_script(&request, arguments->commands, request.file ? request.file : usual);
}

const struct command completion_command = {
	.name = "completion",
	.synopsis = "bash|zsh|fish|powershell",
	.summary = "print a script with which the shell completes this program's words",
	.details = "bash: source <(taskcluster completion bash)\n\n"
		   "zsh: taskcluster completion zsh > a folder of $fpath/_taskcluster\n\n"
		   "fish: taskcluster completion fish > "
		   "~/.config/fish/completions/taskcluster.fish\n\n"
		   "PowerShell: taskcluster completion powershell | Out-String | Invoke-Expression",
	.options = options,
	.run = run,
	.words = shells,
};

const struct command completions_command = {
	.name = "completions",
	.synopsis = "bash|zsh|fish|powershell [<file>]",
	.summary = "write that script to a file, as the official client does",
	.details = "Without <file> it is bash_completion.sh, zsh_completion.sh and so on, in this "
		   "folder.",
	.run = run_to_file,
	.takes_file = true,
	.words = shells,
};
