/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/sandbox/request/fault.h"

#include <stdlib.h>
#include <string.h>
#include <taskcluster/operation.h>

#define NAME_MAX_LENGTH 64
#define NUMBER_MAX 1000000000 /* times are added to others */

struct fault_counter {
	struct fault_counter *next;
	long count;
	char key[NAME_MAX_LENGTH];
};

/* One fault of a list, parsed. */
struct fault {
	char name[NAME_MAX_LENGTH];
	char key[NAME_MAX_LENGTH];
	char only[NAME_MAX_LENGTH];
	long value;
	bool has_value;
	long times;  /* -1: always */
	double rate; /* 1: always */
};

static bool copy(char *to, const char *from, size_t length)
{
	if (length == 0 || length >= NAME_MAX_LENGTH)
		return false;
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

static bool parse_number(const char *text, size_t length, long *value)
{
	char digits[NAME_MAX_LENGTH];
	char *end;

	if (!copy(digits, text, length))
		return false;
	*value = strtol(digits, &end, 10);
	return *end == '\0' && *value >= -NUMBER_MAX && *value <= NUMBER_MAX;
}

/* "0.25" without the locale's decimal point */
static bool parse_fraction(const char *text, size_t length, double *value)
{
	double unit = 1;

	*value = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.' && unit == 1) {
			unit = 0.1;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return false;
		if (unit == 1) {
			*value = *value * 10 + (text[i] - '0');
			continue;
		}
		*value += unit * (text[i] - '0');
		unit /= 10;
	}
	return length > 0;
}

/* One part between colons: the fault itself, or a modifier. */
static const char *parse_part(struct fault *fault, const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);
	size_t name_length = equals ? (size_t)(equals - text) : length;
	const char *value = equals ? equals + 1 : text + length;
	size_t value_length = length - (size_t)(value - text);

	if (!fault->name[0]) {
		if (!copy(fault->name, text, name_length))
			return "a fault needs a name";
		fault->has_value = equals != NULL;
		if (equals && !parse_number(value, value_length, &fault->value))
			return "the value of a fault must be a number";
		return NULL;
	}
	if (name_length == 5 && strncmp(text, "times", 5) == 0)
		return parse_number(value, value_length, &fault->times) ? NULL
									: "times must be a number";
	if (name_length == 3 && strncmp(text, "key", 3) == 0)
		return copy(fault->key, value, value_length) ? NULL : "key must be a short name";
	if (name_length == 4 && strncmp(text, "only", 4) == 0)
		return copy(fault->only, value, value_length) ? NULL : "only must be a short name";
	if (name_length == 4 && strncmp(text, "rate", 4) == 0)
		return parse_fraction(value, value_length, &fault->rate)
			? NULL
			: "rate must be a fraction such as 0.1";
	return "modifiers are times=, key=, rate= and only=";
}

static const char *apply(const struct fault *fault, struct active_faults *active)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = { { "close-early", &active->close_early },
		{ "lost-reply", &active->lost_reply }, { "truncate", &active->truncate },
		{ "garbage", &active->garbage }, { "sign-reply", &active->sign_reply },
		{ "bad-reply", &active->bad_reply }, { "html-error", &active->html } };

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (strcmp(fault->name, flags[i].name) != 0)
			continue;
		*flags[i].flag = true;
		if (fault->has_value)
			active->status = (int)fault->value;
		return NULL;
	}
	if (strcmp(fault->name, "lost-claim") == 0) {
		active->lost_claim = true;
		active->lost_claim_ms = fault->value;
		return NULL;
	}
	if (!fault->has_value)
		return "no such fault, or its value is missing";
	if (strcmp(fault->name, "stall") == 0)
		active->stall_ms = fault->value;
	else if (strcmp(fault->name, "status") == 0)
		active->status = (int)fault->value;
	else if (strcmp(fault->name, "retry-after") == 0)
		active->retry_after_s = (int)fault->value;
	else if (strcmp(fault->name, "clock") == 0 || strcmp(fault->name, "clock-tsm") == 0)
		active->clock_ms = 1000 * (int64_t)fault->value;
	else
		return "no such fault";
	active->tsm = active->tsm || strcmp(fault->name, "clock-tsm") == 0;
	return NULL;
}

static bool concerns(const struct fault *fault, const struct tc_operation *operation)
{
	if (!fault->only[0])
		return true;
	if (!operation)
		return false;
	size_t length = strlen(operation->service->name);
	if (strncmp(fault->only, operation->service->name, length) != 0)
		return false;
	return !fault->only[length] ||
		(fault->only[length] == '.' &&
			strcmp(fault->only + length + 1, operation->name) == 0);
}

static bool happens(struct faults *faults, double rate)
{
	if (rate >= 1)
		return true;
	/* splitmix64: the same faults in each run, so that a failing test fails again */
	uint64_t x = faults->random += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	x ^= x >> 31;
	return (double)(x >> 11) * 0x1p-53 < rate;
}

static bool counted(struct faults *faults, const struct fault *fault)
{
	const char *key = fault->key[0] ? fault->key : fault->name;
	struct fault_counter *counter = faults->counters;

	if (fault->times < 0)
		return true;
	while (counter && strcmp(counter->key, key) != 0)
		counter = counter->next;
	if (!counter) {
		counter = calloc(1, sizeof *counter);
		if (!counter)
			return false;
		copy(counter->key, key, strlen(key));
		counter->next = faults->counters;
		faults->counters = counter;
	}
	return counter->count++ < fault->times;
}

/* Parses one list; with `active`, also chooses. */
static const char *read_list(struct faults *faults, const char *text,
	const struct tc_operation *operation, struct active_faults *active)
{
	struct active_faults scratch = { 0 };

	while (*text) {
		struct fault fault = { .times = -1, .rate = 1 };
		size_t length = strcspn(text, ",");
		const char *end = text + length;
		while (text < end) {
			size_t part = strcspn(text, ":,");
			const char *why = parse_part(&fault, text, part);
			if (why)
				return why;
			text += part + (text[part] == ':');
		}
		bool wanted = active && concerns(&fault, operation) &&
			happens(faults, fault.rate) && counted(faults, &fault);
		const char *why = apply(&fault, wanted ? active : &scratch);
		if (why)
			return why;
		text = end + (*end == ',');
		text += strspn(text, " ");
	}
	return NULL;
}

bool fault_add(struct faults *faults, const char *text, const char **why)
{
	*why = faults->standing_count < FAULTS_MAX ? read_list(faults, text, NULL, NULL)
						   : "too many --fault options";
	char *kept = *why ? NULL : strdup(text);
	if (!*why && !kept)
		*why = "out of memory";
	if (kept)
		faults->standing[faults->standing_count++] = kept;
	return kept != NULL;
}

bool fault_replace(struct faults *faults, const char *const *texts, size_t count, size_t *wrong,
	const char **why)
{
	struct faults made = { .random = faults->random };

	for (*wrong = 0; *wrong < count; ++*wrong) {
		if (fault_add(&made, texts[*wrong], why))
			continue;
		fault_clear(&made);
		return false;
	}
	fault_clear(faults);
	*faults = made;
	return true;
}

void fault_none(struct active_faults *active)
{
	*active = (struct active_faults){ .retry_after_s = -1 };
}

bool fault_choose(struct faults *faults, const struct tc_operation *operation, const char *header,
	struct active_faults *active, const char **why)
{
	fault_none(active);
	for (size_t i = 0; i < faults->standing_count; i++)
		read_list(faults, faults->standing[i], operation, active);
	*why = header ? read_list(faults, header, operation, active) : NULL;
	return !*why;
}

void fault_clear(struct faults *faults)
{
	struct fault_counter *next;

	for (struct fault_counter *counter = faults->counters; counter; counter = next) {
		next = counter->next;
		free(counter);
	}
	faults->counters = NULL;
	while (faults->standing_count > 0)
		free(faults->standing[--faults->standing_count]);
}
