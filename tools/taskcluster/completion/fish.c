/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"

static void open_arm(const char *key)
{
	printf("\tcase '%s'\n", key);
}

static void close_arm(void)
{
}

/* A line: the word, a tab, its sentence; in fish quotes only \ and ' are special. */
static void add_word(const char *word, const char *sentence, size_t length)
{
	printf("\t\techo '%s%s", word, length ? "\t" : "");
	for (size_t i = 0; i < length; i++) {
		if (sentence[i] == '\'' || sentence[i] == '\\')
			putchar('\\');
		putchar(sentence[i] == '\n' ? ' ' : sentence[i]);
	}
	puts("'");
}

static void add_option(const char *command, const char *option, bool takes_value)
{
	printf("\t\tcase '%s*:%s'\n\t\t\treturn %d\n", command, option, !takes_value);
}

static const struct dialect fish = { open_arm, close_arm, add_word, add_option };

/* What follows the tables. */
static const char script[] =
	"\tend\n"
	"\treturn 1\n"
	"end\n"
	"function __taskcluster_complete_options\n"
	"\tset -l current (commandline -ct)\n"
	"\tif test (count $argv) -ge 3\n"
	"\t\tfor line in (__taskcluster_options $argv[1..3])\n"
	"\t\t\techo $line\n"
	"\t\t\tset -l key (string split -m 1 \\t -- $line)[1]\n"
	"\t\t\tstring match -q -- \"$key?*\" $current\n"
	"\t\t\tand __taskcluster_operators $argv[2] $key\n"
	"\t\tend\n"
	"\tend\n"
	"\tif not __taskcluster_options $argv[1..2] | string match -r '.+'\n"
	"\t\t__taskcluster_options $argv[1]\n"
	"\tend\n"
	"end\n"
	"function __taskcluster_complete\n"
	"\tset -l typed\n"
	"\tset -l value ''\n"
	"\tset -l words (commandline -opc)\n"
	"\tfor word in $words[2..-1]\n"
	"\t\tif test -n \"$value\"\n"
	"\t\t\tset value ''\n"
	"\t\telse if __taskcluster_takes_value $word \"$typed\"\n"
	"\t\t\tset value $word\n"
	"\t\telse if not string match -q -- '-*' $word\n"
	"\t\t\tset -a typed $word\n"
	"\t\tend\n"
	"\tend\n"
	"\tif test -n \"$value\"\n"
	"\t\tcontains -- $value -o --output --body; and __fish_complete_path (commandline "
	"-ct)\n"
	"\t\treturn\n"
	"\tend\n"
	"\tif not string match -q -- '-*' (commandline -ct)\n"
	"\t\tand test \"$typed[1..2]\" = 'pulse listen'\n"
	"\t\tset typed routing-key $typed[3..-1]\n"
	"\tend\n"
	"\tif string match -q -- '-*' (commandline -ct)\n"
	"\t\t__taskcluster_complete_options $typed\n"
	"\telse if test (count $typed) -gt 3 -a \"$typed[1]\" = routing-key\n"
	"\t\t__taskcluster_words $typed[1..3]\n"
	"\telse if __taskcluster_takes_file \"$typed[1..2]\"\n"
	"\t\t__fish_complete_path (commandline -ct)\n"
	"\telse\n"
	"\t\t__taskcluster_words $typed\n"
	"\tend\n"
	"end\n"
	"complete -c taskcluster -f -a '(__taskcluster_complete)'";

void completion_fish(const struct command *const *commands)
{
	puts("# fish completion for taskcluster; made by `taskcluster completion fish`\n"
	     "function __taskcluster_words\n"
	     "\tswitch \"$argv\"");
	completion_words(&fish, commands);
	puts("\tend\n"
	     "end\n"
	     "function __taskcluster_options\n"
	     "\tswitch \"$argv\"");
	completion_options(&fish, commands);
	puts("\tend\n"
	     "end\n"
	     "function __taskcluster_operators\n"
	     "\tswitch \"$argv\"");
	completion_operators(&fish);
	puts("\tend\n"
	     "end\n"
	     "function __taskcluster_takes_file\n"
	     "\tswitch $argv[1]");
	printf("\t\tcase ");
	completion_files(" ", commands);
	puts("\n"
	     "\t\t\treturn 0\n"
	     "\tend\n"
	     "\treturn 1\n"
	     "end\n"
	     "function __taskcluster_takes_value\n"
	     "\tswitch \"$argv[2]:$argv[1]\"\n"
	     "\t\tcase '*:--?*=*'\n"
	     "\t\t\treturn 1");
	completion_flags(&fish, commands);
	puts("\t\tcase '*:--?*'\n"
	     "\t\t\treturn 0");
	completion_letters(&fish, commands);
	puts(script);
}
