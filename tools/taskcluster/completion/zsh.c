/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"

static void open_arm(struct script *script, const char *key)
{
	fprintf(script->out, "\t'%s') _taskcluster_found=(\n", key);
}

static void close_arm(struct script *script)
{
	fputs("\t\t) ;;\n", script->out);
}

/* 'word:sentence', where a quote must be escaped. */
static void add_word(struct script *script, const char *word, const char *sentence, size_t length)
{
	fprintf(script->out, "\t\t'%s", word);
	if (length)
		fputc(':', script->out);
	for (size_t i = 0; i < length; i++) {
		if (sentence[i] == '\'')
			fputs("'\\''", script->out);
		else
			fputc(sentence[i] == '\n' ? ' ' : sentence[i], script->out);
	}
	fputs("'\n", script->out);
}

static void add_option(struct script *script, const char *command, const char *option, bool is_so)
{
	fprintf(script->out, "\t('%s'*:%s) return %d ;;\n", command, option, !is_so);
}

static const struct dialect zsh = { open_arm, close_arm, add_word, add_option };

/* What follows the tables. */
static const char body[] =
	"_taskcluster() {\n"
	"\tlocal -a typed options query _taskcluster_found\n"
	"\tlocal i word option about current=$words[CURRENT]\n"
	"\tfor ((i = 2; i < CURRENT; i++)); do\n"
	"\t\tword=$words[i]\n"
	"\t\tif _taskcluster_takes_value \"$word\" \"${(j: :)typed}\"; then\n"
	"\t\t\toption=$word\n"
	"\t\t\t((++i))\n"
	"\t\telif [[ $word == help && -z $about && $#typed == 0 ]]; then\n"
	"\t\t\tabout=1\n"
	"\t\telif [[ $word != -* ]]; then\n"
	"\t\t\ttyped+=(\"$word\")\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif ((i > CURRENT)); then\n"
	"\t\t_taskcluster_takes_path \"$option\" \"${(j: :)typed}\" && _files\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ $current == --?*=* ]]; then\n"
	"\t\t_taskcluster_takes_path \"${current%%=*}\" \"${(j: :)typed}\" && compset -P '*=' && "
	"_files\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t[[ $current == -* || \"${(j: :)typed[1,2]}\" != 'pulse listen' ]] ||\n"
	"\t\ttyped=(routing-key $typed[3,-1])\n"
	"\tif [[ $current == -* ]]; then\n"
	"\t\t_taskcluster_options \"${(j: :)typed[1,2]}\"\n"
	"\t\t(($#_taskcluster_found)) || _taskcluster_options \"$typed[1]\"\n"
	"\t\toptions=(\"${_taskcluster_found[@]}\")\n"
	"\t\t_taskcluster_found=()\n"
	"\t\t(($#typed < 3)) || _taskcluster_options \"${(j: :)typed[1,3]}\"\n"
	"\t\tquery=(\"${_taskcluster_found[@]}\")\n"
	"\t\tfor word in \"${query[@]%%:*}\"; do\n"
	"\t\t\t[[ $current == \"$word\"?* ]] || continue\n"
	"\t\t\t_taskcluster_found=()\n"
	"\t\t\t_taskcluster_operators \"$typed[2] $word\"\n"
	"\t\t\toptions+=(\"${_taskcluster_found[@]}\")\n"
	"\t\tdone\n"
	"\t\t_taskcluster_found=(\"${query[@]}\" \"${options[@]}\")\n"
	"\telif [[ $typed[1] == routing-key ]] && (($#typed > 3)); then\n"
	"\t\t_taskcluster_words \"${(j: :)typed[1,3]}\"\n"
	"\telse\n"
	"\t\t_taskcluster_words \"${(j: :)typed}\"\n"
	"\t\tif (($#_taskcluster_found == 0)) && [[ -z $about ]] && _taskcluster_takes_file '' "
	"\"${(j: :)typed}\"; then\n"
	"\t\t\t_files\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
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

void completion_zsh(struct script *script)
{
	script->dialect = &zsh;
	completion_script(script, &frame_of_case,
		"#compdef taskcluster\n"
		"# zsh completion for taskcluster; made by `taskcluster completion zsh`",
		body);
}
