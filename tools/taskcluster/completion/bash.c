/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"

static void open_arm(struct script *script, const char *key)
{
	fprintf(script->out, "\t\"%s\") _words=(", key);
}

static void close_arm(struct script *script)
{
	fputs(") ;;\n", script->out);
}

/* Names are identifiers of the references; nothing in them needs quotes. */
static void add_word(struct script *script, const char *word, const char *sentence, size_t length)
{
	(void)sentence;
	(void)length;
	fprintf(script->out, " %s", word);
}

static void add_option(struct script *script, const char *command, const char *option, bool is_so)
{
	fprintf(script->out, "\t('%s'*:%s) return %d ;;\n", command, option, !is_so);
}

static const struct dialect bash = { open_arm, close_arm, add_word, add_option };

/* What follows the tables. */
static const char body[] =
	"_taskcluster_files() {\n"
	"\tcompopt -o filenames 2>/dev/null\n"
	"\tmapfile -t COMPREPLY < <(compgen -f -- \"$1\")\n"
	"}\n"
	"_taskcluster() {\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} typed=() word option= about= i _words=() "
	"query=() "
	"options=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif _taskcluster_takes_value \"$word\" \"${typed[*]}\"; then\n"
	"\t\t\toption=$word\n"
	"\t\t\t((++i))\n"
	"\t\t\t[[ ${COMP_WORDS[i]} != '=' ]] || ((++i))\n"
	"\t\telif [[ $word == help && -z $about && ${#typed[@]} == 0 ]]; then\n"
	"\t\t\tabout=1\n"
	"\t\telif [[ $word != -* ]]; then\n"
	"\t\t\ttyped+=(\"$word\")\n"
	"\t\tfi\n"
	"\tdone\n"
	"\t[[ $current == -* || \"${typed[*]:0:2}\" != 'pulse listen' ]] || typed=(routing-key "
	"\"${typed[@]:2}\")\n"
	"\tCOMPREPLY=()\n"
	"\tif ((i > COMP_CWORD)); then\n"
	"\t\t[[ $current != '=' ]] || current=\n"
	"\t\t! _taskcluster_takes_path \"$option\" \"${typed[*]}\" || _taskcluster_files "
	"\"$current\"\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ $current == -* ]]; then\n"
	"\t\t_taskcluster_options \"${typed[*]:0:2}\"\n"
	"\t\t((${#_words[@]})) || _taskcluster_options \"${typed[0]}\"\n"
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
	"\telse\n"
	"\t\t_taskcluster_words \"${typed[*]}\"\n"
	"\t\tif [[ ${#_words[@]} == 0 && -z $about ]] && _taskcluster_takes_file '' "
	"\"${typed[*]}\"; then\n"
	"\t\t\t_taskcluster_files \"$current\"\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\tfi\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"${_words[*]}\" -- \"$current\")\n"
	"\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
	"}\n"
	"complete -F _taskcluster taskcluster";

void completion_bash(struct script *script)
{
	script->dialect = &bash;
	completion_script(script, &frame_of_case,
		"# bash completion for taskcluster; made by `taskcluster completion bash`", body);
}
