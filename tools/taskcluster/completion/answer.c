/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What scripts ask at each Tab that the official client has made, and ours for PowerShell:
 * `__complete WORD… LAST` prints what LAST may be, a line each with its meaning behind a tab, and
 * in the last line what the shell is to do: the sum of 2 (no space behind it) and 4 (no files), or
 * 0 for files.
 */
#include "tools/taskcluster/completion/completion.h"
#include "tools/taskcluster/completion/script.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 4 /* what is typed behind these has no words of its own */
#define KEY_MAX 1024

enum { FILES = 0, NO_SPACE = 2, NO_FILES = 4 };

/* A script whose arms are not written, but looked at. */
struct answer {
	struct script script; /* the first member */
	const char *typed[WORDS_MAX];
	size_t count;
	char before[KEY_MAX]; /* what was typed, one word behind the other */
	const char *key;      /* of the arm that is wanted, */
	bool inside, met;     /* whether it is this one, and whether there was one */
	const char *last;     /* what candidates begin with */
	size_t found;
	bool nospace;
	const char *option; /* that is asked for, */
	bool known;         /* and whether there is an arm for it */
};

static struct answer *answer_of(struct script *script)
{
	return (struct answer *)script;
}

static void open_arm(struct script *script, const char *key)
{
	struct answer *answer = answer_of(script);

	answer->inside = strcmp(key, answer->key) == 0;
	answer->met = answer->met || answer->inside;
}

static void close_arm(struct script *script)
{
	answer_of(script)->inside = false;
}

static void add_word(struct script *script, const char *word, const char *sentence, size_t length)
{
	struct answer *answer = answer_of(script);

	if (!answer->inside || strncmp(word, answer->last, strlen(answer->last)) != 0)
		return;
	answer->found++;
	answer->nospace = word[strlen(word) - 1] == '=';
	fprintf(script->out, "%s%s%.*s\n", word, length ? "\t" : "", (int)length, sentence);
}

static void add_option(struct script *script, const char *command, const char *option, bool is_so)
{
	struct answer *answer = answer_of(script);

	(void)is_so; /* all arms of a table say the same */
	if (strncmp(command, answer->before, strlen(command)) == 0 &&
		strcmp(option, answer->option) == 0)
		answer->known = true;
}

static const struct dialect looking = { open_arm, close_arm, add_word, add_option };

/* Whether a table has an arm for an option behind what was typed. */
static bool knows(struct answer *answer, void (*arms)(struct script *script), const char *option)
{
	answer->option = option;
	answer->known = false;
	arms(&answer->script);
	return answer->known;
}

static bool takes_value(struct answer *answer, const char *word)
{
	if (word[0] != '-' || word[1] != '-')
		return knows(answer, completion_letters, word);
	return word[2] && !strchr(word, '=') && !knows(answer, completion_flags, word);
}

/* The words typed from one to another, as the keys of arms are. */
static const char *join(const struct answer *answer, size_t from, size_t to, char key[KEY_MAX])
{
	size_t used = 0;

	key[0] = '\0';
	for (; from < to && from < answer->count && used < KEY_MAX; from++)
		used += (size_t)snprintf(
			key + used, KEY_MAX - used, "%s%s", used ? " " : "", answer->typed[from]);
	return key;
}

static void add_typed(struct answer *answer, const char *word)
{
	if (answer->count == WORDS_MAX)
		return;
	answer->typed[answer->count++] = word;
	join(answer, 0, WORDS_MAX, answer->before);
}

/* Whether there is such an arm. */
static bool offer(struct answer *answer, void (*arms)(struct script *script), const char *key)
{
	answer->key = key;
	answer->met = false;
	arms(&answer->script);
	return answer->met;
}

static void offer_options(struct answer *answer)
{
	char key[KEY_MAX];

	if (answer->count > 2)
		offer(answer, completion_options, join(answer, 0, 3, key));
	if (!offer(answer, completion_options, join(answer, 0, 2, key)))
		offer(answer, completion_options, join(answer, 0, 1, key));
	/* operators, behind a key that is there as a whole */
	const char *sign = strstr(answer->last, "__");
	if (!sign || answer->count < 3)
		return;
	snprintf(key, sizeof key, "%s %.*s", answer->typed[1], (int)(sign - answer->last),
		answer->last);
	offer(answer, completion_operators, key);
}

/* What `pulse listen` takes is what `routing-key` takes. */
static void offer_words(struct answer *answer)
{
	char key[KEY_MAX], rest[KEY_MAX];
	bool listens = strncmp(answer->before, "pulse listen", 12) == 0;

	if (listens) {
		snprintf(key, sizeof key, "routing-key%s%s", answer->count > 2 ? " " : "",
			join(answer, 2, 4, rest));
		offer(answer, completion_words, key);
		return;
	}
	bool keys = answer->count && strcmp(answer->typed[0], "routing-key") == 0;
	offer(answer, completion_words, join(answer, 0, keys ? 3 : WORDS_MAX, key));
}

/* What the shell is to do. */
static int complete(struct answer *answer, char **words)
{
	const char *option = NULL; /* whose value comes next */
	bool about = false;

	for (; words[1]; words++) {
		bool is_value = option;
		option = !is_value && takes_value(answer, *words) ? *words : NULL;
		if (is_value || option || (**words == '-' && (*words)[1]))
			continue;
		if (!about && answer->count == 0 && strcmp(*words, "help") == 0)
			about = true;
		else
			add_typed(answer, *words);
	}
	answer->last = *words;
	if (option)
		return knows(answer, completion_paths, option) ? FILES : NO_FILES;
	if (*answer->last == '-')
		offer_options(answer);
	else
		offer_words(answer);
	if (answer->found == 0 && !about && *answer->last != '-' &&
		knows(answer, completion_files, ""))
		return FILES;
	return NO_FILES | (answer->found == 1 && answer->nospace ? NO_SPACE : 0);
}

static int run(struct arguments *arguments, bool brief)
{
	struct answer answer = {
		.script = { &looking, arguments->commands, stdout, brief },
	};

	if (!*arguments->words)
		return usage_error("__complete needs the words that were typed, and the last one");
	printf(":%d\n", complete(&answer, arguments->words));
	return 0;
}

static int run_complete(struct arguments *arguments)
{
	return run(arguments, false);
}

static int run_brief(struct arguments *arguments)
{
	return run(arguments, true);
}

const struct command complete_command = {
	.name = "__complete",
	.synopsis = "[<word>…] <last word>",
	.summary = "print what the last word may be, for scripts",
	.hidden = true,
	.run = run_complete,
};

const struct command complete_brief_command = {
	.name = "__completeNoDesc",
	.synopsis = "[<word>…] <last word>",
	.summary = "the same without what it means",
	.hidden = true,
	.run = run_brief,
};
