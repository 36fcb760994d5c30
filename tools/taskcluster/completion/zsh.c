/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"

static void open_arm(const char *key)
{
	printf("\t'%s') _taskcluster_found=(\n", key);
}

static void close_arm(void)
{
	puts("\t\t) ;;");
}

/* 'word:sentence', where a colon in the word and a quote anywhere must be escaped. */
static void add_word(const char *word, const char *sentence, size_t length)
{
	printf("\t\t'%s", word);
	if (length)
		putchar(':');
	for (size_t i = 0; i < length; i++) {
		if (sentence[i] == '\'')
			fputs("'\\''", stdout);
		else
			putchar(sentence[i] == '\n' ? ' ' : sentence[i]);
	}
	puts("'");
}

static void add_option(const char *command, const char *option, bool takes_value)
{
	printf("\t('%s'*:%s) return %d ;;\n", command, option, !takes_value);
}

static const struct dialect zsh = { open_arm, close_arm, add_word, add_option };

/* What follows the tables. */
static const char script[] =
	"_taskcluster() {\n"
	"\tlocal -a typed options query _taskcluster_found\n"
	"\tlocal i word\n"
	"\tfor ((i = 2; i < CURRENT; i++)); do\n"
	"\t\tword=$words[i]\n"
	"\t\tif _taskcluster_takes_value \"$word\" \"${(j: :)typed}\"; then\n"
	"\t\t\t((++i))\n"
	"\t\telif [[ $word != -* ]]; then\n"
	"\t\t\ttyped+=(\"$word\")\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif ((i > CURRENT)); then\n"
	"\t\tcase $words[CURRENT-1] in\n"
	"\t\t(-o|--output|--body) _files ;;\n"
	"\t\tesac\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t[[ $words[CURRENT] == -* || \"${(j: :)typed[1,2]}\" != 'pulse listen' ]] ||\n"
	"\t\ttyped=(routing-key $typed[3,-1])\n"
	"\tif [[ $words[CURRENT] == -* ]]; then\n"
	"\t\t_taskcluster_options \"$typed[1]\"\n"
	"\t\t(($#typed < 2)) || _taskcluster_options \"${(j: :)typed[1,2]}\"\n"
	"\t\toptions=(\"${_taskcluster_found[@]}\")\n"
	"\t\t_taskcluster_found=()\n"
	"\t\t(($#typed < 3)) || _taskcluster_options \"${(j: :)typed[1,3]}\"\n"
	"\t\tquery=(\"${_taskcluster_found[@]}\")\n"
	"\t\tfor word in \"${query[@]%%:*}\"; do\n"
	"\t\t\t[[ $words[CURRENT] == \"$word\"?* ]] || continue\n"
	"\t\t\t_taskcluster_found=()\n"
	"\t\t\t_taskcluster_operators \"$typed[2] $word\"\n"
	"\t\t\toptions+=(\"${_taskcluster_found[@]}\")\n"
	"\t\tdone\n"
	"\t\t_taskcluster_found=(\"${query[@]}\" \"${options[@]}\")\n"
	"\telif [[ $typed[1] == routing-key ]] && (($#typed > 3)); then\n"
	"\t\t_taskcluster_words \"${(j: :)typed[1,3]}\"\n"
	"\telif _taskcluster_takes_file \"${(j: :)typed[1,2]}\"; then\n"
	"\t\t_files\n"
	"\t\treturn\n"
	"\telse\n"
	"\t\t_taskcluster_words \"${(j: :)typed}\"\n"
	"\tfi\n"
	"\tif [[ $_taskcluster_found[1] == *=* && $typed[1] == routing-key ]]; then\n"
	"\t\t_describe 'taskcluster' _taskcluster_found -S ''\n"
	"\telse\n"
	"\t\t_describe 'taskcluster' _taskcluster_found\n"
	"\tfi\n"
	"}\n"
	"if [[ $funcstack[1] == _taskcluster ]]; then\n"
	"\t_taskcluster \"$@\"\n"
	"else\n"
	"\tcompdef _taskcluster taskcluster\n"
	"fi";

void completion_zsh(const struct command *const *commands)
{
	completion_script(&zsh, commands,
		"#compdef taskcluster\n"
		"# zsh completion for taskcluster; made by `taskcluster completion zsh`",
		script);
}
