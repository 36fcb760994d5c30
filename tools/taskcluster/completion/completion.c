/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/completion.h"
#include "tools/taskcluster/completion/script.h"

#include <string.h>

static int run(struct arguments *arguments)
{
	const char *shell = NULL;
	int id;

	while ((id = arguments_next(arguments)) != OPTION_END) {
		if (id == 'h')
			return command_help(&completion_command);
		if (id == OPTION_BAD)
			return STATUS_USAGE;
		if (shell)
			return usage_error(
				"completion: \"%s\" is one word too many", arguments->value);
		shell = arguments->value;
	}
	if (shell && strcmp(shell, "bash") == 0)
		completion_bash(arguments->commands);
	else if (shell && strcmp(shell, "zsh") == 0)
		completion_zsh(arguments->commands);
	else if (shell && strcmp(shell, "fish") == 0)
		completion_fish(arguments->commands);
	else
		return usage_error("completion is made for bash, zsh and fish%s%s",
			shell ? ", not for " : ": name one", shell ? shell : "");
	return 0;
}

const struct command completion_command = {
	.name = "completion",
	.synopsis = "bash|zsh|fish",
	.summary = "print a script with which the shell completes this program's words",
	.details =
		"bash: source <(taskcluster completion bash)\n\n"
		"zsh: taskcluster completion zsh > a folder of $fpath/_taskcluster\n\n"
		"fish: taskcluster completion fish > ~/.config/fish/completions/taskcluster.fish",
	.run = run,
};
