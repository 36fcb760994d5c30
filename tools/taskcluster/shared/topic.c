/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/shared/topic.h"
#include "tools/taskcluster/shared/names.h"
#include "tools/taskcluster/shared/report.h"
#include "tools/taskcluster/text/suggest.h"

#include <taskcluster/registry.h>

#include <string.h>

static const struct tc_exchange *find_exchange(const struct tc_service *service, const char *name)
{
	for (size_t i = 0; i < service->exchange_count; i++) {
		const struct tc_exchange *exchange = &service->exchanges[i];
		const char *slash = strrchr(exchange->exchange, '/');
		if (strcmp(exchange->name, name) == 0 || strcmp(exchange->exchange, name) == 0 ||
			(slash && strcmp(slash + 1, name) == 0))
			return exchange;
	}
	return NULL;
}

/* Splits name=value in place: the words of the command line are ours. */
static int take_pair(struct topic *topic, char *word)
{
	char *equals = strchr(word, '=');

	if (!equals || equals == word)
		return usage_error("\"%s\" is no key=value: `taskcluster routing-key %s %s --help` "
				   "lists the keys",
			word, topic->service->name, topic->exchange->name);
	*equals = '\0';
	topic->pairs[topic->count++] = (struct tc_pair){ word, equals + 1 };
	return 0;
}

int topic_word(struct topic *topic, char *word)
{
	if (!topic->service) {
		topic->service = find_service(word);
		return topic->service ? 0 : unknown_service(word);
	}
	if (!topic->exchange) {
		topic->exchange = find_exchange(topic->service, word);
		return topic->exchange ? 0 : unknown_exchange(topic->service, word);
	}
	return take_pair(topic, word);
}

static int wrong_pair(const struct topic *topic, const tc_error *err)
{
	for (size_t i = 0; i < topic->count; i++) {
		const struct tc_exchange *exchange = topic->exchange;
		struct suggestion nearest = suggest_for(topic->pairs[i].name);
		for (size_t j = 0; j < exchange->word_count; j++)
			suggest_consider(&nearest, exchange->words[j].name);
		if (nearest.name && strcmp(nearest.name, topic->pairs[i].name) != 0)
			return usage_error(
				"%s: did you mean %s?", tc_error_text(err), nearest.name);
	}
	return usage_error("%s", tc_error_text(err));
}

int topic_binding(const struct topic *topic, struct tc_binding *binding)
{
	tc_error err = TC_ERROR_INIT;
	int rc, status = 0;

	if (topic->pattern && topic->count)
		return usage_error("the pattern \"%s\" says all of the routing key, and so does "
				   "%s=%s: one of them",
			topic->pattern, topic->pairs[0].name, topic->pairs[0].value);
	if (topic->pattern)
		rc = tc_binding_from_pattern(topic->exchange, topic->pattern, binding, &err);
	else
		rc = tc_binding_by_name(topic->exchange, topic->pairs, topic->count, binding, &err);
	if (rc != TC_OK)
		status = wrong_pair(topic, &err);
	tc_error_clear(&err);
	return status;
}
