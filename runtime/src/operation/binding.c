/* SPDX-License-Identifier: MPL-2.0 */
#include "runtime/src/operation/binding.h"

#include "runtime/src/base/buffer.h"
#include "runtime/src/base/error.h"
#include <string.h>

static bool find_name(const struct tc__names *names, const char *wanted, size_t *position)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->name(names->table, i);
		if (!name || strcmp(name, wanted) != 0)
			continue;
		*position = i;
		return true;
	}
	return false;
}

static int fail_unknown(const struct tc__names *names, const char *unknown, tc_error *err)
{
	struct tc__buffer known = TC__BUFFER(TC__MESSAGE_MAX / 2);

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->name(names->table, i);
		if (!name)
			continue;
		tc__buffer_text(&known, known.length ? ", " : "; it has ");
		tc__buffer_text(&known, name);
	}
	int rc = tc__fail(err, TC_ERROR_ARGUMENT, "%s.%s has no argument %.200s%s", names->service,
		names->what, unknown, tc__buffer_get(&known));
	tc__buffer_clear(&known);
	return rc;
}

static int match_pair(const struct tc__names *names, const struct tc_pair *pair,
	const char **values, tc_error *err)
{
	size_t position;

	if (!pair->name)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s.%s: a name is NULL", names->service,
			names->what);
	if (!find_name(names, pair->name, &position))
		return fail_unknown(names, pair->name, err);
	if (!pair->value)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s.%s: %s is NULL", names->service,
			names->what, pair->name);
	if (values[position])
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s.%s: %s is given twice", names->service,
			names->what, pair->name);
	values[position] = pair->value;
	return TC_OK;
}

int tc__names_match(const struct tc__names *names, const struct tc_pair *pairs, size_t pair_count,
	const char **values, tc_error *err)
{
	if (pair_count && !pairs)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s.%s: pairs is NULL", names->service,
			names->what);
	for (size_t i = 0; i < names->count; i++)
		values[i] = NULL;
	for (size_t i = 0; i < pair_count; i++) {
		int rc = match_pair(names, &pairs[i], values, err);
		if (rc != TC_OK)
			return rc;
	}
	return TC_OK;
}

/* A program's own table, such as a publisher's, needs neither a service nor a short name. */
static const char *service_of(const struct tc_exchange *exchange)
{
	return exchange->service ? exchange->service->name : "own";
}

static const char *name_of(const struct tc_exchange *exchange)
{
	return exchange->name ? exchange->name : exchange->exchange;
}

static int check_word(const struct tc_exchange *exchange, const struct tc_key_word *word,
	const char *value, tc_error *err)
{
	if (!*value)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s.%s: %s is empty; leave it out for a wildcard", service_of(exchange),
			name_of(exchange), word->name);
	if (!word->multiple_words && strchr(value, '.'))
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s.%s: %s is \"%.100s\", but it is one word of the routing key and must "
			"not contain a dot",
			service_of(exchange), name_of(exchange), word->name, value);
	return TC_OK;
}

/* Copies a text into one of a binding's arrays, behind what is there. */
static int append(const struct tc_exchange *exchange, char text[256], const char *more,
	const char *what, tc_error *err)
{
	size_t used = strlen(text), length = strlen(more);

	if (length > 255 - used)
		return tc__fail(err, TC_ERROR_ARGUMENT,
			"%s.%s: the %s is over 255 bytes, which AMQP does not allow",
			service_of(exchange), name_of(exchange), what);
	memcpy(text + used, more, length + 1);
	return TC_OK;
}

static int start(const struct tc_exchange *exchange, struct tc_binding *binding, tc_error *err)
{
	*binding = (struct tc_binding){ .exchange = "" };
	return append(exchange, binding->exchange, exchange->exchange, "exchange", err);
}

static int add_word(const struct tc_exchange *exchange, size_t position, const char *value,
	struct tc_binding *binding, tc_error *err)
{
	const struct tc_key_word *word = &exchange->words[position];
	int rc = TC_OK;

	if (word->constant)
		value = word->constant;
	else if (value)
		rc = check_word(exchange, word, value, err);
	else
		value = word->multiple_words ? "#" : "*";
	if (rc == TC_OK && position)
		rc = append(exchange, binding->routing_key, ".", "routing key", err);
	if (rc == TC_OK)
		rc = append(exchange, binding->routing_key, value, "routing key", err);
	return rc;
}

int tc__binding(const struct tc_exchange *exchange, const char *const *values,
	struct tc_binding *binding, tc_error *err)
{
	int rc = start(exchange, binding, err);

	for (size_t i = 0; rc == TC_OK && i < exchange->word_count; i++)
		rc = add_word(exchange, i, values[i], binding, err);
	if (rc != TC_OK)
		*binding = (struct tc_binding){ .exchange = "" };
	return rc;
}

static const char *word_name(const void *table, size_t position)
{
	const struct tc_key_word *word = (const struct tc_key_word *)table + position;

	return word->constant ? NULL : word->name;
}

int tc_binding_by_name(const struct tc_exchange *exchange, const struct tc_pair *pairs,
	size_t count, struct tc_binding *binding, tc_error *err)
{
	const char *values[TC__NAMES_MAX];

	tc_error_clear(err);
	if (!binding)
		return tc__fail(err, TC_ERROR_ARGUMENT, "binding is NULL");
	*binding = (struct tc_binding){ .exchange = "" };
	if (!exchange)
		return tc__fail(err, TC_ERROR_ARGUMENT, "exchange is NULL");
	struct tc__names names = { word_name, exchange->words, exchange->word_count,
		service_of(exchange), name_of(exchange) };
	int rc = tc__names_match(&names, pairs, count, values, err);
	if (rc != TC_OK)
		return rc;
	return tc__binding(exchange, values, binding, err);
}

int tc_binding_from_pattern(const struct tc_exchange *exchange, const char *pattern,
	struct tc_binding *binding, tc_error *err)
{
	tc_error_clear(err);
	if (!binding)
		return tc__fail(err, TC_ERROR_ARGUMENT, "binding is NULL");
	*binding = (struct tc_binding){ .exchange = "" };
	if (!exchange || !pattern || !*pattern)
		return tc__fail(err, TC_ERROR_ARGUMENT, "%s",
			!exchange ? "exchange is NULL" : "pattern is NULL or empty");
	int rc = start(exchange, binding, err);
	if (rc == TC_OK)
		rc = append(exchange, binding->routing_key, pattern, "routing key", err);
	if (rc != TC_OK)
		*binding = (struct tc_binding){ .exchange = "" };
	return rc;
}
