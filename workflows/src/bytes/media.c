/* SPDX-License-Identifier: MPL-2.0 */
#include "workflows/src/bytes/media.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Sorted by nothing: it is looked at once for each upload. Texts as the production worker has them;
 * what else farms make. */
static const struct {
	const char *end, *type;
} types[] = {
	{ "aab", "application/octet-stream" },
	{ "apk", "application/vnd.android.package-archive" },
	{ "avif", "image/avif" },
	{ "bz2", "application/x-bzip2" },
	{ "css", "text/css; charset=utf-8" },
	{ "csv", "text/csv; charset=utf-8" },
	{ "deb", "application/vnd.debian.binary-package" },
	{ "diff", "text/plain; charset=utf-8" },
	{ "dmg", "application/x-apple-diskimage" },
	{ "exe", "application/vnd.microsoft.portable-executable" },
	{ "gif", "image/gif" },
	{ "gz", "application/gzip" },
	{ "htm", "text/html; charset=utf-8" },
	{ "html", "text/html; charset=utf-8" },
	{ "ico", "image/x-icon" },
	{ "jar", "application/java-archive" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "js", "text/javascript; charset=utf-8" },
	{ "json", "application/json" },
	{ "jsonl", "application/jsonl" },
	{ "log", "text/plain; charset=utf-8" },
	{ "md", "text/markdown; charset=utf-8" },
	{ "mjs", "text/javascript; charset=utf-8" },
	{ "mp4", "video/mp4" },
	{ "msi", "application/x-msi" },
	{ "patch", "text/plain; charset=utf-8" },
	{ "pdf", "application/pdf" },
	{ "png", "image/png" },
	{ "rpm", "application/x-rpm" },
	{ "sh", "application/x-sh" },
	{ "svg", "image/svg+xml" },
	{ "tar", "application/x-tar" },
	{ "tgz", "application/gzip" },
	{ "txt", "text/plain; charset=utf-8" },
	{ "wasm", "application/wasm" },
	{ "webm", "video/webm" },
	{ "webp", "image/webp" },
	{ "woff", "font/woff" },
	{ "woff2", "font/woff2" },
	{ "xml", "text/xml; charset=utf-8" },
	{ "xpi", "application/x-xpinstall" },
	{ "xz", "application/x-xz" },
	{ "yaml", "application/yaml" },
	{ "yml", "application/yaml" },
	{ "zip", "application/zip" },
	{ "zst", "application/zstd" },
};

static const char *const compressed[] = { "7z", "aab", "apk", "br", "bz2", "deb", "dmg", "flv",
	"gif", "gz", "jar", "jpeg", "jpg", "lz", "lz4", "mz", "npz", "pkg", "png", "swf", "sz",
	"tbz", "tgz", "wasm", "webp", "whl", "woff", "woff2", "xpi", "xz", "zip", "zst", "zz" };

/* Behind the last dot of the last part; NULL: there is none. */
static const char *end_of(const char *name)
{
	const char *part = strrchr(name, '/');
	const char *dot = strrchr(part ? part : name, '.');

	return dot ? dot + 1 : NULL;
}

/* NULL: its end is not known. */
static const char *type_of(const char *name)
{
	const char *end = name ? end_of(name) : NULL;

	for (size_t i = 0; end && i < sizeof types / sizeof *types; i++)
		if (strcasecmp(end, types[i].end) == 0)
			return types[i].type;
	return NULL;
}

const char *tc__media_type(const char *path, const char *name)
{
	const char *type = type_of(path);

	type = type ? type : type_of(name);
	return type ? type : "application/octet-stream";
}

static bool is_compressed(const char *name)
{
	const char *end = name ? end_of(name) : NULL;

	for (size_t i = 0; end && i < sizeof compressed / sizeof *compressed; i++)
		if (strcasecmp(end, compressed[i]) == 0)
			return true;
	return false;
}

bool tc__media_is_compressed(const char *path, const char *name)
{
	return is_compressed(path) || is_compressed(name);
}
