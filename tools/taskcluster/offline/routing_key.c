/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/offline/offline.h"
#include "tools/taskcluster/shared/member.h"
#include "tools/taskcluster/shared/output.h"
#include "tools/taskcluster/shared/topic.h"
#include "tools/taskcluster/text/text.h"

#include <taskcluster/registry.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request {
	struct topic topic;
	bool json, help;
};

static const struct option options[] = {
	{ "json", OPTION_OWN, NULL, "each as a line of JSON" },
	{ NULL, 0, NULL, NULL },
};

/* An object of two texts, of which the second may be NULL. */
static int print_json(
	const char *name, const char *text, const char *second, const char *second_text)
{
	tc_json_builder *builder = tc_json_builder_new();

	tc_json_add_object(builder);
	member_text(builder, name, text);
	if (second)
		member_text(builder, second, second_text);
	tc_json_end(builder);
	return output_built(builder);
}

static int list_services(bool json)
{
	size_t count;
	const struct tc_service *const *services = tc_services(&count);
	int status = 0;

	for (size_t i = 0; status == 0 && i < count; i++) {
		if (services[i]->exchange_count == 0)
			continue;
		if (json)
			status = print_json("service", services[i]->name, NULL, NULL);
		else
			puts(services[i]->name);
	}
	return status;
}

static void print_sentence(const char *text)
{
	if (text)
		text_wrap(stdout, 4, text, text_sentence(text));
}

static int list_exchanges(const struct tc_service *service, bool json)
{
	int status = 0;

	if (service->exchange_count == 0)
		return usage_error("%s publishes nothing: `taskcluster routing-key` lists those "
				   "that do",
			service->name);
	for (size_t i = 0; status == 0 && i < service->exchange_count; i++) {
		const struct tc_exchange *exchange = &service->exchanges[i];
		if (json) {
			status = print_json("name", exchange->name, "exchange", exchange->exchange);
			continue;
		}
		puts(exchange->name);
		print_sentence(exchange->description);
	}
	return status;
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

static int parse(struct request *request, struct arguments *arguments)
{
	int id, status = 0;

	while (status == 0 && (id = arguments_next(arguments)) != OPTION_END) {
		if (id == OPTION_BAD)
			status = STATUS_USAGE;
		else if (id == OPTION_WORD)
			status = topic_word(&request->topic, arguments->words[-1]);
		else if (id == 'h')
			request->help = true;
		else
			request->json = true;
	}
	return status;
}

static int print_binding(const struct topic *topic, bool json)
{
	struct tc_binding binding;
	int status = topic_binding(topic, &binding);

	if (status != 0)
		return status;
	if (json)
		return print_json("exchange", binding.exchange, "routingKey", binding.routing_key);
	printf("%s\n%s\n", binding.exchange, binding.routing_key);
	return 0;
}

static int run_parsed(const struct request *request)
{
	const struct topic *topic = &request->topic;

	if (topic->exchange)
		return request->help ? explain(topic->exchange)
				     : print_binding(topic, request->json);
	if (topic->service)
		return list_exchanges(topic->service, request->json);
	return request->help ? command_help(&routing_key_command) : list_services(request->json);
}

static int run(struct arguments *arguments)
{
	struct request request = { 0 };

	request.topic.pairs = arguments_pairs(arguments);
	if (!request.topic.pairs)
		return failure("memory ended");
	int status = parse(&request, arguments);
	if (status == 0)
		status = run_parsed(&request);
	free(request.topic.pairs);
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
	.options = options,
	.run = run,
};
