/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/offline.h"
#include "tools/taskcluster/shared/names.h"
#include "tools/taskcluster/text/suggest.h"
#include "tools/taskcluster/text/text.h"

#include <taskcluster/binding.h>
#include <taskcluster/registry.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request {
	const struct tc_service *service;
	const struct tc_exchange *exchange;
	struct tc_pair *pairs;
	size_t count;
	bool help;
};

static int list_services(void)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);

	for (size_t i = 0; i < count; i++)
		if (services[i]->exchange_count)
			puts(services[i]->name);
	return 0;
}

static void print_sentence(const char *text)
{
	if (text)
		text_wrap(stdout, 4, text, text_sentence(text));
}

static int list_exchanges(const struct tc_service *service)
{
	if (service->exchange_count == 0)
		return usage_error("%s publishes nothing: `taskcluster routing-key` lists those "
				   "that do",
			service->name);
	for (size_t i = 0; i < service->exchange_count; i++) {
		puts(service->exchanges[i].name);
		print_sentence(service->exchanges[i].description);
	}
	return 0;
}

static int explain(const struct tc_exchange *exchange)
{
	printf("taskcluster routing-key %s %s [key=value…]\n\n", exchange->service->name,
		exchange->name);
	if (exchange->description)
		text_wrap(stdout, 0, exchange->description, strlen(exchange->description));
	printf("\nExchange   %s\n\nKeys\n", exchange->exchange);
	for (size_t i = 0; i < exchange->word_count; i++) {
		const struct tc_key_word *word = &exchange->words[i];
		printf("  %s%s%s%s%s\n", word->name, word->constant ? ", always " : "",
			word->constant ? word->constant : "",
			word->multiple_words ? ", of any number of words" : "",
			word->required || word->constant ? "" : ", \"_\" when it has none");
		print_sentence(word->summary);
	}
	return 0;
}

/* Splits name=value in place: the words of the command line are ours. */
static int take_pair(struct request *request, char *word)
{
	char *equals = strchr(word, '=');

	if (!equals || equals == word)
		return usage_error("\"%s\" is no key=value: `taskcluster routing-key %s %s --help` "
				   "lists the keys",
			word, request->service->name, request->exchange->name);
	*equals = '\0';
	request->pairs[request->count++] = (struct tc_pair){ word, equals + 1 };
	return 0;
}

static int take_word(struct request *request, char *word)
{
	if (!request->service) {
		request->service = tc_find_service(word);
		return request->service ? 0 : unknown_service(word);
	}
	if (!request->exchange) {
		request->exchange = tc_find_exchange(request->service->name, word);
		return request->exchange ? 0 : unknown_exchange(request->service, word);
	}
	return take_pair(request, word);
}

static int parse(struct request *request, struct arguments *arguments)
{
	int id, status = 0;

	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END) {
		if (id == OPTION_BAD)
			status = STATUS_USAGE;
		else if (id == OPTION_WORD)
			status = take_word(request, arguments->words[-1]);
		else
			request->help = true;
	}
	return status;
}

static int wrong_pair(const struct request *request, const tc_error *err)
{
	for (size_t i = 0; i < request->count; i++) {
		const struct tc_exchange *exchange = request->exchange;
		struct suggestion nearest = suggest_for(request->pairs[i].name);
		for (size_t j = 0; j < exchange->word_count; j++)
			suggest_consider(&nearest, exchange->words[j].name);
		if (nearest.name && strcmp(nearest.name, request->pairs[i].name) != 0)
			return usage_error(
				"%s: did you mean %s?", tc_error_text(err), nearest.name);
	}
	return usage_error("%s", tc_error_text(err));
}

static int print_binding(const struct request *request)
{
	struct tc_binding binding;
	tc_error err = TC_ERROR_INIT;

	if (tc_binding_by_name(request->exchange, request->pairs, request->count, &binding, &err)) {
		wrong_pair(request, &err);
		tc_error_clear(&err);
		return STATUS_USAGE;
	}
	printf("%s\n%s\n", binding.exchange, binding.routing_key);
	return 0;
}

static int run_parsed(const struct request *request)
{
	if (request->exchange)
		return request->help ? explain(request->exchange) : print_binding(request);
	if (request->service)
		return list_exchanges(request->service);
	return request->help ? command_help(&routing_key_command) : list_services();
}

static int run(struct arguments *arguments)
{
	struct request request = { 0 };

	request.pairs = arguments_pairs(arguments);
	if (!request.pairs)
		return failure("memory ended");
	int status = parse(&request, arguments);
	if (status == 0)
		status = run_parsed(&request);
	free(request.pairs);
	return status;
}

const struct command routing_key_command = {
	.name = "routing-key",
	.synopsis = "[<service> [<exchange> [key=value…]]]",
	.summary = "print what a listener binds to: the exchange, and the routing-key pattern",
	.details =
		"Two lines: the exchange, then the pattern. A key that is not named is a wildcard. "
		"Alone it lists the services that publish; with a service, its exchanges; --help "
		"behind an exchange explains its keys.",
	.run = run,
};
