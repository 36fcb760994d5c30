/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"

static void open_arm(const char *key)
{
	printf("\t\"%s\") _words=(", key);
}

static void close_arm(void)
{
	puts(") ;;");
}

/* Names are identifiers of the references; nothing in them needs quotes. */
static void add_word(const char *word, const char *sentence, size_t length)
{
	(void)sentence;
	(void)length;
	printf(" %s", word);
}

static void add_option(const char *command, const char *option, bool takes_value)
{
	printf("\t('%s'*:%s) return %d ;;\n", command, option, !takes_value);
}

static const struct dialect bash = { open_arm, close_arm, add_word, add_option };

/* What follows the tables. */
static const char script[] =
	"_taskcluster() {\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} typed=() word i _words=() query=() "
	"options=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif _taskcluster_takes_value \"$word\" \"${typed[*]}\"; then\n"
	"\t\t\t((++i))\n"
	"\t\t\t[[ ${COMP_WORDS[i]} != '=' ]] || ((++i))\n"
	"\t\telif [[ $word != -* ]]; then\n"
	"\t\t\ttyped+=(\"$word\")\n"
	"\t\tfi\n"
	"\tdone\n"
	"\t[[ $current == -* || \"${typed[*]:0:2}\" != 'pulse listen' ]] || typed=(routing-key "
	"\"${typed[@]:2}\")\n"
	"\tCOMPREPLY=()\n"
	"\tif ((i > COMP_CWORD)); then\n"
	"\t\t[[ $current != '=' ]] || current=\n"
	"\t\tcase ${COMP_WORDS[COMP_CWORD - 1]} in\n"
	"\t\t-o|--output|--body|=) mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
	"\t\tesac\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ $current == -* ]]; then\n"
	"\t\t_taskcluster_options \"${typed[0]}\"\n"
	"\t\t((${#typed[@]} < 2)) || _taskcluster_options \"${typed[*]:0:2}\"\n"
	"\t\toptions=(\"${_words[@]}\") _words=()\n"
	"\t\t((${#typed[@]} < 3)) || _taskcluster_options \"${typed[*]:0:3}\"\n"
	"\t\tquery=(\"${_words[@]}\")\n"
	"\t\tfor word in \"${query[@]}\"; do\n"
	"\t\t\t[[ $current == \"$word\"?* ]] || continue\n"
	"\t\t\t_words=()\n"
	"\t\t\t_taskcluster_operators \"${typed[1]} $word\"\n"
	"\t\t\toptions+=(\"${_words[@]}\")\n"
	"\t\tdone\n"
	"\t\t_words=(\"${query[@]}\" \"${options[@]}\")\n"
	"\telif [[ ${typed[0]} == routing-key ]] && ((${#typed[@]} > 3)); then\n"
	"\t\t_taskcluster_words \"${typed[*]:0:3}\"\n"
	"\telif _taskcluster_takes_file \"${typed[*]:0:2}\"; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
	"\t\treturn\n"
	"\telse\n"
	"\t\t_taskcluster_words \"${typed[*]}\"\n"
	"\tfi\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"${_words[*]}\" -- \"$current\")\n"
	"\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
	"}\n"
	"complete -F _taskcluster taskcluster";

void completion_bash(const struct command *const *commands)
{
	completion_script(&bash, commands,
		"# bash completion for taskcluster; made by `taskcluster completion bash`", script);
}
