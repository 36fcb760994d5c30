/* SPDX-License-Identifier: MPL-2.0 */
/* taskcluster-codegen: API references into C. */
#include "codegen/src/emit/emit.h"
#include "codegen/src/emit/output.h"
#include "codegen/src/model/type.h"
#include "codegen/src/reference/reference.h"
#include "runtime/src/base/error.h"
#include <stdio.h>
#include <string.h>
#include <taskcluster/version.h>
#include <time.h>

#define PROGRAM "taskcluster-codegen"
#define PATHS_MAX 32

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct options {
	const char *references[PATHS_MAX];
	size_t reference_count;
	const char *conventions;
	const char *out;
	bool check, list, help, version;
};

static const char usage[] =
	"Usage: " PROGRAM " --references PATH [--references PATH ...] --out DIR [--check]\n"
	"       " PROGRAM " --references PATH [--references PATH ...] --list\n"
	"\n"
	"Makes C from API references.\n"
	"\n"
	"  --references PATH   a tree (a folder with manifest.json at its top or in references/),\n"
	"                      a bundle (a JSON list of { filename, content }), or one reference\n"
	"  --conventions FILE  what clients should know beyond the references, in addition to the\n"
	"                      conventions.json of each tree\n"
	"  --out DIR           where the C goes\n"
	"  --check             write nothing; name the files that differ, and fail if there are "
	"any\n"
	"  --list              print service, name, method, route and scopes of each operation\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 done; 1 something is wrong with the input or differs; 2 wrong usage.\n";

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static bool complain(const char *what, const char *argument)
{
	fprintf(stderr, PROGRAM ": %s %s; see " PROGRAM " --help\n", what, argument);
	return false;
}

/* The value of an option, as "--name value" or "--name=value". */
static const char *value_of(char **arguments, int *at, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(arguments[*at], name, length) != 0)
		return NULL;
	if (arguments[*at][length] == '=')
		return arguments[*at] + length + 1;
	if (arguments[*at][length] || !arguments[*at + 1])
		return NULL;
	return arguments[++*at];
}

static bool *flag_of(struct options *options, const char *argument)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = { { "--check", &options->check }, { "--list", &options->list },
		{ "--help", &options->help }, { "-h", &options->help },
		{ "--version", &options->version } };

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (strcmp(flags[i].name, argument) == 0)
			return flags[i].flag;
	}
	return NULL;
}

static bool read_option(struct options *options, char **arguments, int *at)
{
	bool *flag = flag_of(options, arguments[*at]);
	const char *value;

	if (flag)
		return *flag = true;
	if ((value = value_of(arguments, at, "--references"))) {
		if (options->reference_count == PATHS_MAX)
			return complain("too many --references, from", value);
		options->references[options->reference_count++] = value;
		return true;
	}
	if ((value = value_of(arguments, at, "--conventions")))
		return (options->conventions = value) != NULL;
	if ((value = value_of(arguments, at, "--out")))
		return (options->out = value) != NULL;
	return complain("cannot do anything with", arguments[*at]);
}

static bool read_options(struct options *options, char **arguments)
{
	for (int at = 1; arguments[at]; at++) {
		if (!read_option(options, arguments, &at))
			return false;
	}
	if (options->help || options->version)
		return true;
	if (!options->reference_count)
		return complain("needs", "--references PATH");
	if (!options->out && !options->list)
		return complain("needs", "--out DIR or --list");
	return true;
}

static void list(const struct model *model)
{
	for (const struct service *service = model->services; service; service = service->next) {
		for (size_t i = 0; i < service->operation_count; i++) {
			const struct operation *operation = &service->operations[i];
			printf("%s\t%s\t%s\t%s\t%s\n", service->name, operation->name,
				operation->method, operation->route,
				operation->scopes ? operation->scopes : "-");
		}
	}
}

static void warn(const struct model *model)
{
	for (const struct warning *warning = model->warnings; warning; warning = warning->next)
		fprintf(stderr, "warning: %s\n", warning->text);
}

static int generate(struct model *model, const struct options *options, double begin, bool *failed,
	tc_error *err)
{
	struct emit_output output;
	struct output_report report;
	int rc = emit_model(model, &output, err);

	if (rc == TC_OK && options->check)
		rc = output_check(&output, options->out, &report, err);
	else if (rc == TC_OK)
		rc = output_write(&output, options->out, &report, err);
	if (rc == TC_OK) {
		size_t all = output.operations + output.exchanges;
		*failed = report.differing != 0;
		printf("%zu services, %zu functions, %zu exchanges, %.1f lines each, and %zu of "
		       "types; %zu files, %zu %s, %zu removed; %.1f ms\n",
			output.services, output.operations, output.exchanges,
			all ? (double)output.lines / (double)all : 0.0, output.type_lines,
			output.count, options->check ? report.differing : report.written,
			options->check ? "differ" : "written", report.removed,
			milliseconds() - begin);
	}
	emit_clear(&output);
	return rc;
}

static int read_all(struct model *model, const struct options *options, tc_error *err)
{
	int rc = TC_OK;

	for (size_t i = 0; i < options->reference_count && rc == TC_OK; i++)
		rc = reference_add_path(model, options->references[i], err);
	if (rc == TC_OK && !model->services)
		rc = tc__fail(err, TC_ERROR_INPUT,
			"%s: has no reference of a service; expected functions or exchanges",
			options->references[0]);
	if (rc == TC_OK && options->conventions)
		rc = reference_add_conventions(model, options->conventions, err);
	return rc == TC_OK ? type_check(model, err) : rc;
}

static int run(const struct options *options, double begin)
{
	tc_error err = TC_ERROR_INIT;
	struct model model;
	bool failed = false;

	model_open(&model);
	int rc = read_all(&model, options, &err);
	if (rc == TC_OK)
		warn(&model);
	if (rc == TC_OK && options->list)
		list(&model);
	if (rc == TC_OK && options->out)
		rc = generate(&model, options, begin, &failed, &err);
	if (rc == TC_ERROR_NOMEM)
		fprintf(stderr, PROGRAM ": %s\n", tc_error_text(&err));
	else if (rc != TC_OK)
		fprintf(stderr, "%s\n", tc_error_text(&err));
	model_close(&model);
	tc_error_clear(&err);
	return rc == TC_OK && !failed ? EXIT_OK : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	double begin = milliseconds();
	struct options options = { 0 };
	int status = EXIT_OK;

	if (argc < 1 || !read_options(&options, argv))
		return EXIT_USAGE;
	if (options.help)
		fputs(usage, stdout);
	else if (options.version)
		puts(PROGRAM " " TC_SDK_VERSION);
	else
		status = run(&options, begin);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs(PROGRAM ": standard output cannot be written\n", stderr);
		return EXIT_FAILED;
	}
	return status;
}
