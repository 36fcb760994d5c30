/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"

static void open_arm(struct script *script, const char *key)
{
	fprintf(script->out, "\t\tcase '%s'\n", key);
}

static void close_arm(struct script *script)
{
	(void)script;
}

/* A line: the word, a tab, its sentence; in fish quotes only \ and ' are special. */
static void add_word(struct script *script, const char *word, const char *sentence, size_t length)
{
	fprintf(script->out, "\t\t\techo '%s%s", word, length ? "\t" : "");
	for (size_t i = 0; i < length; i++) {
		if (sentence[i] == '\'' || sentence[i] == '\\')
			fputc('\\', script->out);
		fputc(sentence[i] == '\n' ? ' ' : sentence[i], script->out);
	}
	fputs("'\n", script->out);
}

static void add_option(struct script *script, const char *command, const char *option, bool is_so)
{
	fprintf(script->out, "\t\tcase '%s*:%s'\n\t\t\treturn %d\n", command, option, !is_so);
}

static const struct dialect fish = { open_arm, close_arm, add_word, add_option };

/* What follows the tables. */
static const char body[] =
	"# What may come, a line each, by the tables above and by the line that is typed.\n"
	"function __taskcluster_complete_options\n"
	"\tset -l current (commandline -ct)\n"
	"\tif test (count $argv) -ge 3\n"
	"\t\tfor line in (__taskcluster_options \"$argv[1..3]\")\n"
	"\t\t\techo $line\n"
	"\t\t\tset -l key (string split -m 1 \\t -- $line)[1]\n"
	"\t\t\tstring match -q -- \"$key?*\" $current\n"
	"\t\t\tand __taskcluster_operators \"$argv[2] $key\"\n"
	"\t\tend\n"
	"\tend\n"
	"\tif not __taskcluster_options \"$argv[1..2]\" | string match -r '.+'\n"
	"\t\t__taskcluster_options \"$argv[1]\"\n"
	"\tend\n"
	"end\n"
	"function __taskcluster_complete_value\n"
	"\tset -l option (string split -m 1 = -- $argv[1])\n"
	"\t__taskcluster_takes_path $option[1] \"$argv[2..-1]\"; or return\n"
	"\tif test (count $option) -eq 2\n"
	"\t\tfor path in (__fish_complete_path $option[2])\n"
	"\t\t\techo $option[1]=$path\n"
	"\t\tend\n"
	"\telse\n"
	"\t\t__fish_complete_path (commandline -ct)\n"
	"\tend\n"
	"end\n"
	"function __taskcluster_complete\n"
	"\tset -l typed\n"
	"\tset -l value ''\n"
	"\tset -l about ''\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l current (commandline -ct)\n"
	"\tfor word in $words[2..-1]\n"
	"\t\tif test -n \"$value\"\n"
	"\t\t\tset value ''\n"
	"\t\telse if __taskcluster_takes_value $word \"$typed\"\n"
	"\t\t\tset value $word\n"
	"\t\telse if test \"$word$typed$about\" = help\n"
	"\t\t\tset about yes\n"
	"\t\telse if not string match -q -- '-*' $word\n"
	"\t\t\tset -a typed $word\n"
	"\t\tend\n"
	"\tend\n"
	"\tstring match -q -- '--?*=*' $current; and set value $current\n"
	"\tif test -n \"$value\"\n"
	"\t\t__taskcluster_complete_value $value $typed\n"
	"\t\treturn\n"
	"\tend\n"
	"\tif string match -q -- '-*' $current\n"
	"\t\t__taskcluster_complete_options $typed\n"
	"\t\treturn\n"
	"\tend\n"
	"\tif test \"$typed[1..2]\" = 'pulse listen'\n"
	"\t\tset typed routing-key $typed[3..-1]\n"
	"\tend\n"
	"\tif test (count $typed) -gt 3 -a \"$typed[1]\" = routing-key\n"
	"\t\t__taskcluster_words \"$typed[1..3]\"\n"
	"\t\treturn\n"
	"\tend\n"
	"\t__taskcluster_words \"$typed\" | string match -r '.+'; and return\n"
	"\ttest -z \"$about\"; and __taskcluster_takes_file '' \"$typed\"; or return\n"
	"\t__fish_complete_path $current\n"
	"end\n"
	"complete -c taskcluster -f -a '(__taskcluster_complete)'";

static const struct frame frame = {
	.function = "function __taskcluster_",
	.table = "\n\tswitch \"$argv[1]\"\n",
	.table_end = "\tend\nend\n",
	.question = "\n\tswitch \"$argv[2]:$argv[1]\"\n",
	.question_end = "\tend\n\treturn 1\nend\n",
	.attached = "\t\tcase '*:--?*=*'\n\t\t\treturn 1\n",
	.apart = "\t\tcase '*:--?*'\n\t\t\treturn 0\n",
};

void completion_fish(struct script *script)
{
	script->dialect = &fish;
	completion_script(script, &frame,
		"# fish completion for taskcluster; made by `taskcluster completion fish`", body);
}
