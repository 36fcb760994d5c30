/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion.h"

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

static const struct dialect fish = { open_arm, close_arm, add_word };

void completion_fish(void)
{
	puts("# fish completion for taskcluster; made by `taskcluster completion fish`\n"
	     "function __taskcluster_words\n"
	     "\tswitch \"$argv\"");
	completion_words(&fish);
	puts("\tend\n"
	     "end\n"
	     "function __taskcluster_options\n"
	     "\tswitch \"$argv\"");
	completion_options(&fish);
	puts("\tend\n"
	     "end\n"
	     "function __taskcluster_complete\n"
	     "\tset -l typed\n"
	     "\tset -l value ''\n"
	     "\tset -l words (commandline -opc)\n"
	     "\tfor word in $words[2..-1]\n"
	     "\t\tif test -n \"$value\"\n"
	     "\t\t\tset value ''\n"
	     "\t\t\tcontinue\n"
	     "\t\tend\n"
	     "\t\tswitch $word");
	printf("\t\t\tcase");
	completion_valued();
	puts("\n"
	     "\t\t\t\tset value $word\n"
	     "\t\t\tcase '-*'\n"
	     "\t\t\tcase '*'\n"
	     "\t\t\t\tset -a typed $word\n"
	     "\t\tend\n"
	     "\tend\n"
	     "\tif test -n \"$value\"\n"
	     "\t\tcontains -- $value -o --output --body; and __fish_complete_path (commandline "
	     "-ct)\n"
	     "\t\treturn\n"
	     "\tend\n"
	     "\tif string match -q -- '-*' (commandline -ct)\n"
	     "\t\ttest (count $typed) -ge 3; and __taskcluster_options $typed[1..3]\n"
	     "\t\t__taskcluster_options $typed[1]\n"
	     "\telse if test (count $typed) -gt 3 -a \"$typed[1]\" = routing-key\n"
	     "\t\t__taskcluster_words $typed[1..3]\n"
	     "\telse\n"
	     "\t\t__taskcluster_words $typed\n"
	     "\tend\n"
	     "end\n"
	     "complete -c taskcluster -f -a '(__taskcluster_complete)'");
}
