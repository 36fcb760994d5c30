/* SPDX-License-Identifier: MPL-2.0 */
/* What surrounds pages: the list of all, the search, the looks. */
#include "docs/maker/html.h"

#include <string.h>

static const char style[] =
	":root{color-scheme:light dark;--edge:#8884;--soft:#8881;--far:#888}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;font:16px/1.5 system-ui,sans-serif;display:grid;"
	"grid-template-columns:17rem minmax(0,1fr);min-height:100vh}\n"
	"nav{border-right:1px solid var(--edge);padding:1rem;font-size:.9rem;position:sticky;top:0;"
	"height:100vh;overflow:auto}\n"
	"nav ul{list-style:none;margin:.2rem 0 .6rem;padding:0 0 0 .9rem}\n"
	"nav summary{cursor:pointer;font-weight:600}\n"
	"nav a[aria-current]{font-weight:600}\n"
	"main{padding:1rem 2rem 4rem;max-width:74rem}\n"
	"a{color:light-dark(#0550ae,#79b8ff);text-decoration:none}\n"
	"a:hover,a:focus{text-decoration:underline}\n"
	"pre,code{font:.86rem/1.45 ui-monospace,monospace}\n"
	"pre{background:var(--soft);border:1px solid var(--edge);border-radius:6px;padding:.7rem "
	"1rem;"
	"overflow:auto;tab-size:8}\n"
	"p code,li code,td code{background:var(--soft);border-radius:4px;padding:.1em .3em}\n"
	"pre i{font-style:normal;color:light-dark(#59636e,#9198a1)}\n"
	"section{margin:1.6rem 0;border-top:1px solid var(--edge);padding-top:.4rem}\n"
	":target{background:light-dark(#fff3b0,#5a4a00)}\n"
	"table{border-collapse:collapse;display:block;overflow:auto}\n"
	"th,td{border:1px solid var(--edge);padding:.3rem "
	".6rem;text-align:left;vertical-align:top}\n"
	"input{width:100%;font:inherit;padding:.3rem .5rem}\n"
	"#found{list-style:none;margin:.3rem 0;padding:0}\n"
	"#found small{display:block;color:var(--far);white-space:nowrap;overflow:hidden;"
	"text-overflow:ellipsis}\n"
	"@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border:0}"
	"main{padding:1rem}}\n";

/* Words in any order; what begins with the first of them comes first, then what is short. */
static const char search[] =
	"(function(){\n"
	"var field=document.getElementById('search'),list=document.getElementById('found');\n"
	"function rank(entry,words){\n"
	" var name=entry[0].toLowerCase(),text=name+' '+entry[2].toLowerCase(),i;\n"
	" for(i=0;i<words.length;i++)if(text.indexOf(words[i])<0)return -1;\n"
	" var at=name.indexOf(words[0]);\n"
	" return (name===words[0]?0:at===0?1e3:at>0?2e3:4e3)+name.length;\n"
	"}\n"
	"function show(){\n"
	" var words=field.value.toLowerCase().split(/\\s+/).filter(Boolean),found=[];\n"
	" list.textContent='';\n"
	" if(!words.length)return;\n"
	" index.forEach(function(entry){var r=rank(entry,words);if(r>=0)found.push([r,entry]);});\n"
	" found.sort(function(a,b){return a[0]-b[0];});\n"
	" found.slice(0,40).forEach(function(f){\n"
	"  var item=document.createElement('li'),link=document.createElement('a'),"
	"small=document.createElement('small');\n"
	"  link.href=f[1][1];link.textContent=f[1][0];small.textContent=f[1][2];\n"
	"  item.append(link,small);list.append(item);\n"
	" });\n"
	" if(!found.length)list.textContent='nothing';\n"
	"}\n"
	"field.addEventListener('input',show);\n"
	"document.addEventListener('keydown',function(e){\n"
	" if(e.key==='/'&&document.activeElement!==field){field.focus();e.preventDefault();}\n"
	"});\n"
	"})();\n";

static void add_group(
	struct tc__buffer *out, const struct site *site, const struct leaf *current, size_t *at)
{
	const char *group = site->leaves[*at].group;
	size_t end = *at;
	bool open = false;

	for (; end < site->leaf_count && strcmp(site->leaves[end].group, group) == 0; end++)
		open |= &site->leaves[end] == current;
	tc__buffer_printf(out, "<details%s><summary>%s</summary><ul>\n",
		open || *at == 0 ? " open" : "", group);
	for (; *at < end; ++*at) {
		const struct leaf *leaf = &site->leaves[*at];
		tc__buffer_printf(out, "<li><a href=\"%s\"%s>", leaf->file,
			leaf == current ? " aria-current=\"page\"" : "");
		const char *title =
			leaf->source ? leaf->path + strlen("taskcluster/") : leaf->title;
		html_text(out, title, strlen(title));
		tc__buffer_text(out, "</a></li>\n");
	}
	tc__buffer_text(out, "</ul></details>\n");
}

static void begin(struct tc__buffer *out, const struct site *site, const struct leaf *leaf)
{
	tc__buffer_text(out,
		"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	html_text(out, leaf->title, strlen(leaf->title));
	tc__buffer_text(out,
		" - libtaskcluster</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n"
		"</head><body><nav><input id=\"search\" type=\"search\" placeholder=\"search ( / "
		")\" "
		"aria-label=\"search\"><ul id=\"found\"></ul>\n");
	for (size_t at = 0; at < site->leaf_count;)
		add_group(out, site, leaf, &at);
	tc__buffer_text(out, "</nav><main>\n");
}

static void end(struct tc__buffer *out)
{
	tc__buffer_text(out,
		"</main><script src=\"index.js\"></script><script src=\"search.js\"></script>\n"
		"</body></html>\n");
}

/* ---- what the search knows ---- */

static void add_script_text(struct tc__buffer *out, const char *text)
{
	tc__buffer_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			tc__buffer_char(out, '\\');
		if ((unsigned char)*text >= 0x20)
			tc__buffer_char(out, *text);
	}
	tc__buffer_char(out, '"');
}

static void add_entry(
	struct tc__buffer *out, const char *name, const char *address, const char *text)
{
	tc__buffer_char(out, '[');
	add_script_text(out, name);
	tc__buffer_char(out, ',');
	add_script_text(out, address);
	tc__buffer_char(out, ',');
	add_script_text(out, first_sentence(text, 120));
	tc__buffer_text(out, "],\n");
}

static void add_headings(struct tc__buffer *out, const struct leaf *leaf)
{
	for (size_t i = 0; leaf->page && i < leaf->page->count; i++) {
		const struct block *block = &leaf->page->blocks[i];
		if (block->kind != BLOCK_HEADING)
			continue;
		const char *title = spans_plain(block->text);
		const char *address = keep_printf("%s#%s", leaf->file, block->anchor);
		add_entry(out, title, address, block->level > 1 ? leaf->title : "");
	}
}

static void write_index(const struct site *site, const char *folder)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);

	tc__buffer_text(&out, "var index=[\n");
	for (size_t i = 0; i < site->leaf_count; i++)
		add_headings(&out, &site->leaves[i]);
	for (size_t i = 0; i < site->name_count; i++) {
		const struct name *name = &site->names[i];
		add_entry(&out, name->name, keep_printf("%s#%s", name->file, name->name),
			name->comment);
	}
	tc__buffer_text(&out, "];\n");
	write_file(keep_printf("%s/index.js", folder), &out);
}

static void write_text(const char *folder, const char *name, const char *text)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);

	tc__buffer_text(&out, text);
	write_file(keep_printf("%s/%s", folder, name), &out);
}

static void write_leaf(const struct site *site, const struct leaf *leaf, const char *folder)
{
	struct tc__buffer out = TC__BUFFER(TEXT_MAX);
	struct html html = { .out = &out, .site = site, .leaf = leaf };

	begin(&out, site, leaf);
	if (leaf->page)
		html_page(&html);
	else
		html_header(&html);
	end(&out);
	write_file(keep_printf("%s/%s", folder, leaf->file), &out);
}

void site_write(const struct site *site, const char *folder)
{
	for (size_t i = 0; i < site->leaf_count; i++)
		write_leaf(site, &site->leaves[i], folder);
	write_index(site, folder);
	write_text(folder, "style.css", style);
	write_text(folder, "search.js", search);
}
