/* SPDX-License-Identifier: MPL-2.0 */
#include "tools/taskcluster/completion/script.h"

/* It asks the program at each Tab. An empty last word is what older versions would drop. */
static const char text[] =
	"Register-ArgumentCompleter -Native -CommandName taskcluster -ScriptBlock {\n"
	"\tparam($current, $line, $cursor)\n"
	"\t$words = @($line.CommandElements | Select-Object -Skip 1 |\n"
	"\t\tWhere-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { \"$_\" })\n"
	"\t$last = if ($current -or $PSVersionTable.PSVersion -ge [version]'7.3') { \"$current\" } "
	"else { '\"\"' }\n"
	"\ttaskcluster %s @words $last | Where-Object { $_ -notmatch '^:\\d+$' } | ForEach-Object "
	"{\n"
	"\t\t$word, $about = $_ -split \"`t\", 2\n"
	"\t\tif (-not $about) { $about = $word }\n"
	"\t\t[System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', "
	"$about)\n"
	"\t}\n"
	"}\n";

void completion_powershell(struct script *script)
{
	fputs("# PowerShell completion for taskcluster; made by `taskcluster completion "
	      "powershell`\n",
		script->out);
	fprintf(script->out, text, script->brief ? "__completeNoDesc" : "__complete");
}
