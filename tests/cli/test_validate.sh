#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Documents against JSON schemas: words, places, what is told, exit statuses. What the checker makes of
# schemas is tested in tests/schema.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] || exit 77
"$TC_SANDBOX" >"$folder/environment" 2>"$folder/sandbox.log" &
servers+=($!)
mkdir "$folder/a folder#1" && cd "$folder/a folder#1"
here=$PWD

echo '{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}},"additionalProperties":false}' >s.json
echo '{"a":1}' >good.json
printf '{"a":"é\\u001b]0;x\\u0007","b/c":{"d":1}}' >bad.json
printf 'type: object\nproperties:\n  a: {maximum: 5}\n' >s.yml
printf '# a comment\na: 7\n' >seven.yml

# what the official client's scripts look for
run 0 validate-json s.json good.json
is ''
[[ $err == 'The document is valid' ]] || fail "one line"
run 1 validate-json s.json bad.json
is ''
tells '- /a must be of type "integer" (it is "é'
tells '- the document must not have the member "b/c" (it is {"a":'
ends_with 'taskcluster: the document is not valid'
[[ $err != *$'\e'* ]] || fail "a value must not steer the terminal"

# as JSON
run 1 validate-json --json s.json bad.json
[[ $out == '{"pointer":"/a","problem":"must be of type \"integer\"","value":"é'*$'\n''{"pointer":"","problem":"must not have the member \"b/c\"",'* ]] ||
	fail "a line for each problem"
[[ $err == 'taskcluster: the document is not valid' ]] || fail "nothing twice"
run 0 validate-json --json s.json good.json
is ''

# a pointer is one
echo '{"properties":{"b/c":{"properties":{"d":{"type":"string"}}}}}' >deep.json
run 1 validate-json deep.json bad.json
tells '- /b~1c/d must be of type "string" (it is 1)'

# of alternatives what the nearest one misses is told
echo '{"anyOf":[{"type":"string"},{"properties":{"a":{"oneOf":[{"type":"string"},{"minimum":5}]}},"required":["a"]}]}' >any.json
run 1 validate-json any.json good.json
tells '- the document matches none of the shapes it may have'
tells '- /a must be at least 5 (it is 1)'
lacks 'type "string"'

# every place
uri=file://${here// /%20}
uri=${uri//#/%23}
run 0 validate-json "$uri/s.json#" "$uri/good.json"
run 0 validate-json s.json - <good.json
run 0 validate-json - good.json <s.json
cp good.json ./-
run 0 validate-json s.json ./-
run 0 validate-json s.json "$here/-"
rm ./-
echo '{"$ref":"s.json"}' >from-stdin.json
run 0 validate-json - good.json <from-stdin.json
run 2 validate-json s.json file://host/good.json
tells 'begins with file:///'
run 2 validate-json - - <s.json
tells 'not both'
run 2 validate-json s.json none.json
tells 'none.json: No such file or directory'
run 2 validate-json s.json .
tells 'Is a directory'
run 2 validate-json s.json
tells 'validate-json SCHEMA DOCUMENT'

# YAML, by its name or by what it begins with
run 1 validate-json s.yml seven.yml
tells '- /a must be at most 5 (it is 7)'
run 1 validate-json s.yml - <seven.yml
run 2 validate-json s.yml - <<<'{"a":'
tells 'standard input: line 2, column 1'
yaml() {
	printf -- "$1" >case.yml
	echo '{"not":{}}' >not.json
	run 1 validate-json --json not.json case.yml
	has "\"value\":$2}"
}
yaml 'a: 1\nb: .5\nc: 007\nd: 0x1f\ne: "5"\nf: yes\ng: ~\nh: -12345678901234567890\ni: 5.\nj: +1e3\nk: 2026-01-31\n' \
	'{"a":1,"b":0.5,"c":7,"d":31,"e":"5","f":"yes","g":null,"h":-12345678901234567890,"i":5,"j":1e3,"k":"2026-01-31"}'
yaml '- &x {a: [1]}\n- *x\n- |\n  text\n' '[{"a":[1]},{"a":[1]},"text\n"]'
refused() {
	printf -- "$1" >case.yml
	run 2 validate-json s.yml case.yml
	tells "$2"
}
refused 'a: .inf' 'line 1: JSON has no infinity'
refused 'a: 1\na: 2\n' 'twice'
refused 'a: !mine 1' 'tags are not taken'
refused 'a: &a [*a]' 'too deep'
refused '<<: {a: 1}' 'merge keys'
refused '[a]: 1' 'a key that is no text'
refused 'a: 1\n---\nb: 1\n' 'more than one'
refused 'a: [' 'line 2'
refused '' 'empty'

# what is not understood is never valid
echo '{"$schema":"https://json-schema.org/draft/2020-12/schema"}' >late.json
run 2 validate-json late.json good.json
tells 'drafts 4, 6 and 7 are'
lacks 'is valid'
echo '{"items":{"prefixItems":[]}}' >late.json
run 2 validate-json late.json good.json
tells 'late.json: /items/prefixItems is of a draft that is not understood'
echo '{"allOf":[{"$ref":"#"}]}' >circle.json
run 2 validate-json circle.json good.json
tells 'cannot be said whether'
echo '{"format":"colour"}' >odd.json
run 0 validate-json odd.json good.json
tells 'warning: '
tells 'the format "colour" is not known'

# files refer to files, wherever they are; and to nothing else
mkdir sub
echo '{"properties":{"a":{"$ref":"../s.yml#/properties/a"}}}' >sub/refers.json
run 1 validate-json sub/refers.json seven.yml
tells 'must be at most 5'
echo '{"$ref":"http://127.0.0.1:9/s.json"}' >sub/refers.json
run 2 validate-json sub/refers.json good.json
tells 'which is not fetched: only files are'
echo '{"$id":"https://example.com/schemas/refers.json","$ref":"s.json"}' >refers.json
run 0 validate-json refers.json good.json
echo '{"$ref":"missing.json"}' >refers.json
run 2 validate-json refers.json good.json
tells 'missing.json: No such file'

# from a server: the services' own schemas, which refer to each other
await_line "$folder/environment"
sleep 0.1
. "$folder/environment"
id=$("$TC_CLI" slugid)
cat >task.json <<-END
	{"taskQueueId": "a/b", "created": "2026-01-31T00:00:00Z", "deadline": "2026-01-31T01:00:00Z", "payload": {},
	 "metadata": {"name": "n", "description": "d", "owner": "a@b", "source": "https://b"}, "dependencies": ["$id"]}
END
schema=$TASKCLUSTER_ROOT_URL/schemas/queue/v1/create-task-request.json
run 0 validate-json "$schema#" task.json
sed -i 's/"deadline"/"dead"/' task.json
run 1 validate-json "$schema" task.json
tells 'the document lacks the member "deadline"'
run 1 validate-json s.json "$TASKCLUSTER_ROOT_URL/api/queue/v1/ping"
tells 'must not have the member "alive"'
run 2 validate-json "$schema#/properties/payload" task.json
tells 'names a part of a file'
run 1 validate-json "$TASKCLUSTER_ROOT_URL/schemas/none.json" task.json
tells '404'
