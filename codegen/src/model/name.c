/* SPDX-License-Identifier: MPL-2.0 */
#include "codegen/src/model/name.h"

#include "runtime/src/base/buffer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define C_NAME_MAX 256

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* One to `max` letters, digits and `others`, a letter first. */
static bool is_name(const char *name, size_t max, bool upper, const char *others)
{
	if (!is_lower(*name) && !(upper && is_upper(*name)))
		return false;
	for (const char *at = name; *at; at++) {
		if (!is_lower(*at) && !is_digit(*at) && !(upper && is_upper(*at)) &&
			!strchr(others, *at))
			return false;
	}
	return strlen(name) <= max;
}

bool name_is_service(const char *name)
{
	return is_name(name, NAME_SERVICE_MAX, false, "_-");
}

bool name_is_identifier(const char *name)
{
	return is_name(name, NAME_MAX, true, "_");
}

bool name_is_key(const char *name)
{
	return is_name(name, NAME_MAX, true, "_-.");
}

/* Whether a new word begins at `at`: a capital behind a small letter or a digit, or the last
 * capital of several in front of a small letter. */
static bool begins_word(const char *name, const char *at)
{
	if (at == name || !is_upper(*at))
		return false;
	if (is_lower(at[-1]) || is_digit(at[-1]))
		return true;
	return is_upper(at[-1]) && is_lower(at[1]);
}

static char *separate(struct tc__arena *arena, const char *name, char separator)
{
	char *result = tc__arena_bytes(arena, 2 * strlen(name) + 1);
	char *end = result;

	if (!result)
		return NULL;
	for (const char *at = name; *at; at++) {
		bool word = is_lower(*at) || is_upper(*at) || is_digit(*at);
		bool after = end > result && end[-1] != separator;
		if (after && (!word || begins_word(name, at)))
			*end++ = separator;
		if (word)
			*end++ = lower(*at);
	}
	while (end > result && end[-1] == separator)
		end--;
	*end = '\0';
	return result;
}

char *name_snake(struct tc__arena *arena, const char *name)
{
	return separate(arena, name, '_');
}

char *name_kebab(struct tc__arena *arena, const char *name)
{
	return separate(arena, name, '-');
}

/*
 * Words that no parameter or member is called, in alphabetical order: keywords of C and C++ with
 * their spellings in capitals left out; names that headers of the C library may define as macros;
 * its functions and variables with names that a reference might use; and the parameters and tables
 * of the generated functions themselves.
 */
static const char *const taken_words[] = { "abort", "abs", "accept", "access", "acos", "alarm",
	"alignas", "alignof", "and", "and_eq", "asctime", "asin", "asm", "assert", "atan", "atexit",
	"atof", "atoi", "atol", "atomic", "auto", "bind", "binding", "bitand", "bitor", "body",
	"bool", "break", "bsearch", "call", "calloc", "case", "catch", "ceil", "char", "chdir",
	"chmod", "chown", "class", "clearerr", "client", "clock", "close", "co_await", "co_return",
	"co_yield", "compl", "complex", "concept", "connect", "const", "const_cast", "consteval",
	"constexpr", "constinit", "continue", "cos", "creat", "ctime", "daylight", "decltype",
	"default", "delete", "difftime", "div", "do", "double", "dup", "dynamic_cast", "else",
	"enum", "environ", "erf", "err", "errno", "error", "exchanges", "exec", "exit", "exp",
	"explicit", "export", "extern", "fabs", "false", "fclose", "fdopen", "feof", "ferror",
	"fflush", "fgetc", "fgets", "fileno", "float", "floor", "fmod", "fopen", "for", "fork",
	"fprintf", "fputc", "fputs", "fread", "free", "friend", "fscanf", "fseek", "ftell",
	"fwrite", "gamma", "getc", "getchar", "getenv", "gets", "gmtime", "goto", "hypot", "i386",
	"if", "imaginary", "import", "index", "inline", "input", "int", "ioctl", "isalnum",
	"isalpha", "isatty", "isblank", "iscntrl", "isdigit", "isfinite", "isgraph", "isinf",
	"islower", "isnan", "isnormal", "isprint", "ispunct", "isspace", "isupper", "isxdigit",
	"key", "kill", "labs", "ldexp", "ldiv", "link", "linux", "listen", "localtime", "log",
	"log10", "log2", "logb", "long", "longjmp", "lseek", "major", "makedev", "malloc", "memchr",
	"memcmp", "memcpy", "memmove", "memset", "minor", "mktime", "modf", "module", "mutable",
	"namespace", "nan", "new", "nice", "noexcept", "noreturn", "not", "not_eq", "nullptr",
	"offsetof", "open", "operations", "operator", "optarg", "optind", "or", "or_eq", "output",
	"override", "pause", "perror", "pipe", "poll", "pow", "printf", "private", "protected",
	"public", "putc", "putchar", "putenv", "puts", "qsort", "query", "raise", "rand", "random",
	"read", "realloc", "recv", "register", "reinterpret_cast", "remainder", "remove", "rename",
	"reply", "requires", "response", "restrict", "return", "rewind", "rindex", "round",
	"routing_key_pattern", "scanf", "select", "send", "setbuf", "setenv", "setjmp", "shmat",
	"short", "shutdown", "signal", "signbit", "signed", "sin", "sizeof", "sleep", "socket",
	"sparc", "sprintf", "sqrt", "srand", "sscanf", "stat", "static", "static_assert",
	"static_cast", "stderr", "stdin", "stdout", "strcat", "strchr", "strcmp", "strcpy",
	"strdup", "strlen", "strncmp", "strstr", "strtod", "strtok", "strtol", "struct", "switch",
	"symlink", "sync", "sysconf", "system", "tan", "template", "tgamma", "this", "thread_local",
	"throw", "time", "timezone", "tmpfile", "tmpnam", "tolower", "toupper", "true", "trunc",
	"truncate", "try", "typedef", "typeid", "typename", "typeof", "tzname", "ungetc", "union",
	"unix", "unlink", "unsigned", "using", "va_arg", "va_copy", "va_end", "va_start", "virtual",
	"void", "volatile", "wait", "wchar_t", "while", "write", "xor", "xor_eq", "y0", "y1",
	"yn" };

/*
 * First words of names that libtaskcluster's own headers declare (tc_json_parse: "json"; a test
 * keeps this complete) or will need for the rooms that are planned, and of names that gperftools
 * exports (tc_malloc, tc_posix_memalign), in alphabetical order.
 */
static const char *const runtime_words[] = { "argument", "arm", "array", "authentication", "batch",
	"binding", "body", "bool", "buffer", "call", "calloc", "cancel", "cfree", "check", "choice",
	"client", "clock", "code", "connection", "conventions", "count", "credentials", "crypto",
	"cut", "date", "decimal", "decode", "delete", "deletearray", "done", "double", "download",
	"duration", "encode", "enum", "envelope", "error", "event", "exchange", "field", "find",
	"free", "from", "generated", "get", "hawk", "header", "headers", "http", "int64", "ip",
	"items", "json", "key", "log", "loop", "mallinfo", "mallinfo2", "malloc", "mallopt",
	"memalign", "member", "memory", "metrics", "nallocx", "new", "newarray", "now", "operation",
	"opt", "option", "options", "page", "pages", "paging", "pair", "parameter", "pattern",
	"posix", "post", "progress", "pvalloc", "query", "realloc", "references", "refusal",
	"registry", "release", "renew", "repeat", "request", "response", "retry", "rpc", "run",
	"sax", "scope", "scopes", "sdk", "seams", "service", "services", "session", "set", "signed",
	"sink", "slugid", "source", "stability", "stream", "strings", "tag", "temporary", "text",
	"time", "timer", "timestamp", "tls", "transfer", "transport", "type", "types", "url",
	"valloc", "value", "version", "watch" };

static int compare_words(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool is_among(const char *word, const char *const *words, size_t count)
{
	return bsearch(word, words, count, sizeof *words, compare_words);
}

char *name_parameter(struct tc__arena *arena, const char *name)
{
	char *result = name_snake(arena, name);

	if (!result || !is_among(result, taken_words, sizeof taken_words / sizeof *taken_words))
		return result;
	size_t length = strlen(result);
	char *escaped = tc__arena_bytes(arena, length + 2);
	if (!escaped)
		return NULL;
	memcpy(escaped, result, length);
	memcpy(escaped + length, "_", 2);
	return escaped;
}

const char *name_taken(const char *c_name)
{
	size_t length = strcspn(c_name, "_");

	for (size_t i = 0; i < sizeof runtime_words / sizeof *runtime_words; i++) {
		if (strlen(runtime_words[i]) == length &&
			strncmp(runtime_words[i], c_name, length) == 0)
			return runtime_words[i];
	}
	return NULL;
}

const char *name_place(struct names *names, const struct node *node)
{
	struct tc__arena *arena = names->table.arena;
	struct tc__buffer text = TC__BUFFER(SIZE_MAX / 2);

	tc__buffer_printf(&text, "%s: ", node->file);
	node_pointer(node, &text);
	char *copy =
		tc__buffer_failed(&text) ? NULL : tc__arena_text(arena, text.data, text.length);
	tc__buffer_clear(&text);
	return copy;
}

bool name_is_free(const struct names *names, const char *name)
{
	return !table_get(&names->table, name, strlen(name));
}

bool name_add(struct names *names, const char *name, const char *place)
{
	struct tc__arena *arena = names->table.arena;
	char *key = tc__arena_text(arena, name, strlen(name));
	char *value = tc__arena_text(arena, place, strlen(place));

	return key && value && table_put(&names->table, key, strlen(name), value);
}

int name_claim(struct names *names, const struct node *node, const char *place, tc_error *err,
	const char *format, ...)
{
	struct tc__arena *arena = names->table.arena;
	char name[C_NAME_MAX];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(name, sizeof name, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof name)
		return node_fail(
			node, err, "gives a C name of more than %d characters", C_NAME_MAX);
	const char *before = table_get(&names->table, name, (size_t)length);
	if (before)
		return node_fail(node, err,
			"needs the C name %s, which %s has already; expected another name", name,
			before);
	char *key = tc__arena_text(arena, name, (size_t)length);
	void *value = (void *)(uintptr_t)place;
	if (!key || !table_put(&names->table, key, (size_t)length, value))
		return tc__fail_nomem(err);
	return TC_OK;
}
