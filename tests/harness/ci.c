/* SPDX-License-Identifier: MPL-2.0 */
#include "tests/harness/ci.h"

/* ---- types ---- */

static const struct tc_field thing_fields[] = {
	TC_FIELD(struct ci_thing, id, "id", &tc_type_int64, TC_REQUIRED),
	TC_FIELD(struct ci_thing, name, "name", &tc_type_string, 0),
};
static const struct tc_type thing = TC_TYPE_OF_OBJECT(struct ci_thing, thing_fields, NULL);
static const struct tc_type things = TC_TYPE_OF_ARRAY(struct ci_thing, &thing, 0, NULL);
static const struct tc_field list_fields[] = {
	TC_FIELD(struct ci_things, things, "things", &things, TC_REQUIRED),
};
static const struct tc_type list = TC_TYPE_OF_OBJECT(struct ci_things, list_fields, NULL);
static const struct tc_field stopped_fields[] = {
	TC_FIELD(struct ci_stopped, set, "set", &tc_type_int64, TC_REQUIRED),
	TC_FIELD(struct ci_stopped, requests, "requests", &tc_type_json, 0),
};
static const struct tc_type stopped = TC_TYPE_OF_OBJECT(struct ci_stopped, stopped_fields, NULL);

/* ---- queries ---- */

static const struct tc_query_operator comparisons[] = { { "lt", TC_LIST_SINGLE },
	{ "eq", TC_LIST_REPEAT }, { "in", TC_LIST_COMMA }, { NULL, 0 } };
static const char *const members[] = { "size", "name", NULL };
#define RULE(...) \
	&(const struct tc_query_rule) \
	{ \
		__VA_ARGS__ \
	}
static const struct tc_query_rule *const find_rules[] = {
	RULE(.name = "size", .operators = comparisons, .type = TC_VALUE_INTEGER, .field = true),
	RULE(.name = "ratio", .type = TC_VALUE_NUMBER),
	RULE(.name = "when", .type = TC_VALUE_DATE_TIME),
	RULE(.name = "day", .type = TC_VALUE_DATE),
	RULE(.name = "tag", .list = TC_LIST_REPEAT),
	RULE(.name = "field", .values = members, .list = TC_LIST_REPEAT, .role = TC_ROLE_SELECT),
	RULE(.name = "order", .values = members, .list = TC_LIST_REPEAT, .role = TC_ROLE_ORDER,
		.reversible = true),
	RULE(.name = "key", .secret = true),
	NULL,
};
static const struct tc_parameter find_parameters[] = { { "size" }, { "ratio" }, { "when" },
	{ "day" }, { "tag" }, { "field" }, { "order" }, { "key" } };
static const struct tc_operation_conventions find = { .query = find_rules };

static const struct tc_query_rule open_headers[] = {
	{ .name = "X-Who", .required = true, .secret = true },
	{ .name = "X-Why" },
	{ .name = NULL },
};
static const struct tc_parameter open_parameters[] = { { "X-Who" }, { "X-Why" } };
static const struct tc_operation_conventions open_rules = { .headers = open_headers };

/* ---- lists ---- */

static const struct tc_envelope envelope = { .items = "things" };
static const struct tc_query_rule *const list_rules[] = {
	RULE(.name = "count", .type = TC_VALUE_INTEGER, .minimum = "1", .maximum = "10"),
	RULE(.name = "at"),
	NULL,
};
static const struct tc_parameter list_parameters[] = { { "count" }, { "at" } };

#define PAGED(paged_style, ...) \
	&(const struct tc_operation_conventions) \
	{ \
		.query = list_rules, .envelope = &envelope, \
		.paging = &(const struct tc_paging){ .style = (paged_style), \
			.query = "at", \
			.limit = "count", \
			.maximum = 10, \
			__VA_ARGS__ }, \
	}
#define LIST(list_name, paged_style, ...) \
	{ \
		.service = &ci_service, .name = (list_name), .method = "GET", .route = "/things", \
		.query = list_parameters, .query_count = 2, .has_output = true, .pages = true, \
		.conventions = PAGED(paged_style, __VA_ARGS__) \
	}

/* ---- the system of sessions ---- */

static const struct tc_error_shape shapes[] = {
	{ .kind = TC_ERROR_SHAPE_RPC },
	{ .kind = TC_ERROR_SHAPE_MEMBERS,
		.message = (const char *const[]){ "/detail", "/error", NULL },
		.code = (const char *const[]){ "/code", NULL },
		.info = "/info" },
	{ .kind = TC_ERROR_SHAPE_STRING },
	{ .kind = TC_ERROR_SHAPE_LIST },
	{ .kind = TC_ERROR_SHAPE_FIELDS },
	{ .kind = TC_ERROR_SHAPE_END },
};
static const char *const cookies[] = { "SID", NULL };
static const uint16_t expired[] = { 401, 0 };
static const uint16_t final[] = { 501, 0 };
static const struct tc_session_scheme session = {
	.login = "login",
	.logout = "logout",
	.cookies = cookies,
	.expired_statuses = expired,
	.lifetime_s = 3600,
	.csrf_cookie = "csrftoken",
	.csrf_header = "X-CSRFToken",
	.basic = true,
	.csrf_referer = true,
};
static const struct tc_conventions ci = {
	.server_url = "{root}/api/{version}",
	.server_default = CI_ROOT,
	.environment_url = "CI_URL",
	.environment_id = "CI_ID",
	.environment_secret = "CI_SECRET",
	.accept = "application/json",
	.refused_user_agents = (const char *const[]){ "nobody's-bot/", NULL },
	.final_statuses = final,
	.errors = shapes,
	.session = &session,
	.anonymous_reads = true,
	.session_first = true,
};

const struct tc_operation ci_operations[] = {
	[CI_LOGIN] = { .service = &ci_service,
		.name = "login",
		.method = "GET",
		.route = "/login",
		.conventions = &(const struct tc_operation_conventions){ .base = "{root}/auth" } },
	[CI_LOGOUT] = { .service = &ci_service,
		.name = "logout",
		.method = "GET",
		.route = "/logout",
		.conventions = &(const struct tc_operation_conventions){ .base = "{root}/auth" } },
	[CI_READ] = { .service = &ci_service,
		.name = "read",
		.method = "GET",
		.route = "/thing",
		.has_output = true },
	[CI_WRITE] = { .service = &ci_service,
		.name = "write",
		.method = "POST",
		.route = "/thing",
		.has_output = true,
		.conventions =
			&(const struct tc_operation_conventions){
				.authentication = TC_AUTHENTICATION_REQUIRED } },
	[CI_FIND] = { .service = &ci_service,
		.name = "find",
		.method = "GET",
		.route = "/find",
		.query = find_parameters,
		.query_count = sizeof find_parameters / sizeof *find_parameters,
		.has_output = true,
		.conventions = &find },
	[CI_ROWS] = { .service = &ci_service,
		.name = "rows",
		.method = "GET",
		.route = "/rows",
		.output = &list,
		.has_output = true,
		.conventions =
			&(const struct tc_operation_conventions){
				.envelope = &(const struct tc_envelope){ .items = "things",
					.rows = "names" } } },
	[CI_STOP] = { .service = &ci_service,
		.name = "stop",
		.method = "POST",
		.route = "/things/1",
		.retry = TC_RETRY_UNSENT,
		.output = &stopped,
		.has_input = true,
		.has_output = true,
		.conventions =
			&(const struct tc_operation_conventions){
				.output_tuple = (const char *const[]){ "set", "requests", NULL },
				.rpc = &(const struct tc_rpc){ .method = "stop" },
				.authentication = TC_AUTHENTICATION_NEVER } },
	[CI_LISTEN] = { .service = &ci_service,
		.name = "listen",
		.method = "GET",
		.route = "/listen",
		.conventions =
			&(const struct tc_operation_conventions){ .accept = "text/event-stream",
				.events = &(const struct tc_event_stream){ .handshake = "hello",
					.name = "event" } } },
	[CI_FILE] = { .service = &ci_service,
		.name = "file",
		.method = "GET",
		.route = "/file",
		.blob_output = true },
	[CI_OPEN] = { .service = &ci_service,
		.name = "open",
		.method = "GET",
		.route = "/open",
		.query = open_parameters,
		.query_count = 2,
		.has_output = true,
		.conventions = &open_rules },
	[CI_BY_TOKEN] = LIST("byToken", TC_PAGING_TOKEN, .next = "/next"),
	[CI_BY_OFFSET] = LIST("byOffset", TC_PAGING_OFFSET, .unique = "/n", .size = 2),
	[CI_BY_PAGE] = LIST("byPage", TC_PAGING_PAGE, .size = 2),
	[CI_BY_CURSOR] = LIST("byCursor", TC_PAGING_CURSOR, .next = "/next", .size = 2),
	[CI_BY_KEY] =
		LIST("byKey", TC_PAGING_KEYSET, .key = "/n", .unique = "/id", .add = 1, .size = 3),
};

const struct tc_service ci_service = {
	.name = "ci",
	.version = "v1",
	.conventions = &ci,
	.operations = ci_operations,
	.operation_count = CI_OPERATIONS,
};

/* ---- the systems of signatures ---- */

#define SIGNED_OPERATIONS(of) \
	{ \
		[CI_SIGNED_READ] = { .service = (of), \
			.name = "read", \
			.method = "GET", \
			.route = "/thing", \
			.has_output = true }, \
		[CI_SIGNED_WRITE] = { .service = (of), \
			.name = "write", \
			.method = "POST", \
			.route = "/thing", \
			.has_output = true }, \
		[CI_SIGNED_ONCE] = { .service = (of), \
			.name = "once", \
			.method = "POST", \
			.route = "/once", \
			.retry = TC_RETRY_NEVER, \
			.has_output = true }, \
		[CI_SIGNED_UNSENT] = { .service = (of), \
			.name = "unsent", \
			.method = "POST", \
			.route = "/unsent", \
			.retry = TC_RETRY_UNSENT, \
			.has_output = true }, \
	}

static const struct tc_clock_rule clock_rules[] = { { 403, "[Cc]lock|expired" }, { 0, NULL } };
static const struct tc_conventions signed_conventions = {
	.server_url = "{root}/v1",
	.server_default = CI_ROOT,
	.environment_url = "CI_URL",
	.trace_header = "X-Request-Trace",
	.errors = shapes,
	.clock = clock_rules,
	.hawk = &(const struct tc_hawk_scheme){ .skew_s = 60, .removed_in = "2018-09" },
};
static const struct tc_conventions closed_conventions = {
	.server_url = "{root}/v1",
	.errors = shapes,
	.clock = clock_rules,
	.hawk =
		&(const struct tc_hawk_scheme){
			.skew_s = 60, .no_extensions = true, .no_signed_urls = true },
	.no_trace_header = true,
};

const struct tc_operation ci_signed_operations[] = SIGNED_OPERATIONS(&ci_signed_service);
const struct tc_operation ci_closed_operations[] = SIGNED_OPERATIONS(&ci_closed_service);

const struct tc_service ci_signed_service = {
	.name = "signed",
	.version = "v1",
	.conventions = &signed_conventions,
	.operations = ci_signed_operations,
	.operation_count = CI_SIGNED_OPERATIONS,
};
const struct tc_service ci_closed_service = {
	.name = "closed",
	.version = "v1",
	.conventions = &closed_conventions,
	.operations = ci_closed_operations,
	.operation_count = CI_SIGNED_OPERATIONS,
};
