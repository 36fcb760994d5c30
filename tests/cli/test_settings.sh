#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# `taskcluster config`: what it prints is the official client's, and the file that it changes stays
# what it was in all else.
. tests/cli/check.sh
exec </dev/null
file=$HOME/.config/taskcluster.yml
token=never-to-be-printed-01

write() {
	cat >"$file"
	chmod 600 "$file"
}

# the file has exactly this
contains() {
	[[ $(<"$file") == "$1" ]] || fail "expected in the file: $1, found: $(<"$file")"
}

# ---- without a file: as the official client prints it ----
run 0 config
silent
is 'config:
  accessToken: ""
  authorizedScopes: null
  certificate: null
  clientId: ""
  rootUrl: ""'
run 0 config -f json
is '{
  "config": {
    "accessToken": "",
    "authorizedScopes": null,
    "certificate": null,
    "clientId": "",
    "rootUrl": ""
  }
}'
"$TC_CLI" config -f json >"$folder/bytes"
[[ $(tail -c 1 "$folder/bytes") == '}' ]] || fail "expected no line end behind JSON"
run 0 config get config.rootUrl
is '""'
run 0 config get config.certificate
is null
run 0 config get config.authorizedScopes -f json
is null
[[ ! -e $file ]] || fail "reading makes no file"

# ---- wrong words ----
run 2 config get
tells 'which key?'
run 2 config get config.rooturl
tells 'did you mean config.rootUrl?'
run 2 config get other.key
tells 'unknown key other.key'
run 2 config gte
tells 'unknown key gte'
run 2 config get config.rootUrl config.clientId
tells 'one too many: expected `taskcluster config get <key>`'
run 2 config -f xml
tells 'expected yaml or json'
run 2 config --bogus
tells 'unknown option --bogus'
run 2 config set
tells 'which key?'
run 2 config set config.rootUrl a b
tells 'one too many'
run 2 config reset
tells 'expected a key, or --all'
run 2 config reset config.rootUrl --all
tells 'expected a key, or --all'
run 0 config --help
has 'set'
has '--show'
run 0 config set --help
has '--dry-run'
run 0 help config
has 'reset'
run 0 help config get
has 'taskcluster config get <key>'

# ---- set: folder and file are for their user alone ----
rmdir "$HOME/.config"
(umask 0 && "$TC_CLI" config set config.rootUrl https://tc.example.com >"$folder/said")
[[ $(<"$folder/said") == "Set 'config.rootUrl' = https://tc.example.com" ]] || fail "$(<"$folder/said")"
[[ $(stat -c %a "$file" "$HOME/.config") == $'600\n700' ]] || fail "modes: $(stat -c %a "$file" "$HOME/.config")"
contains 'config:
  rootUrl: https://tc.example.com'
run 0 config set config.accessToken <<<"$token"
is "Set 'config.accessToken' = ********"
run 0 config set config.clientId - < <(printf 'my/client')
is "Set 'config.clientId' = my/client"
run 2 config get clientId
tells 'unknown key clientId: did you mean config.clientId?'
run 0 config set config.authorizedScopes '["queue:*", "secrets:get:a b: c"]'
is "Set 'config.authorizedScopes' = [\"queue:*\", \"secrets:get:a b: c\"]"
run 0 config set config.certificate '{"version":1,"seed":"s"}'
silent
run 0 config
is "config:
  accessToken: $token
  authorizedScopes:
  - queue:*
  - 'secrets:get:a b: c'
  certificate: '{\"version\":1,\"seed\":\"s\"}'
  clientId: my/client
  rootUrl: https://tc.example.com"
run 0 config get config.authorizedScopes
is "- queue:*
- 'secrets:get:a b: c'"
run 0 config get config.authorizedScopes -f json
is '[
  "queue:*",
  "secrets:get:a b: c"
]'
run 0 config -f json get config.clientId
is '"my/client"'
run 0 config config.rootUrl
is https://tc.example.com
run 0 scopes --help

# what looks like something else in YAML is text: for us, and for whoever reads it
for id in 1 1e3 true No 2026-01-01 0x1f -1 1:30 y .5; do
	run 0 config set config.clientId -- "$id"
	run 0 config get config.clientId
	is "\"$id\""
	[[ $(grep clientId "$file") == "  clientId: \"$id\"" ]] || fail "$id is no text in the file"
done
run 0 config set config.clientId 'mozilla-auth0/ad|Mozilla-LDAP|me@x+y!'
run 0 config get config.clientId
is 'mozilla-auth0/ad|Mozilla-LDAP|me@x+y!'

# ---- values that are wrong are not written ----
before=$(<"$file")
run 2 config set config.rootUrl tc.example.com
tells '"tc.example.com" is no root URL'
for wrong in ftp://x https:// 'https://a b' https:///path 'https://x?y' ''; do
	run 2 config set config.rootUrl "$wrong"
done
run 2 config set config.clientId 'a b'
tells "no client's id"
run 2 config set config.accessToken 'bad token'
lacks 'bad token'
run 2 config set config.certificate x
tells 'JSON object'
run 2 config set config.certificate '[1]'
run 2 config set config.authorizedScopes a
tells 'is JSON, such as'
for wrong in '{}' '[1]' '["é"]' '[""]' '"a"' '["a\nb"]' '["a", ["b"]]'; do
	run 2 config set config.authorizedScopes "$wrong"
	tells 'expected a list of scopes'
done
run 2 config set config.accessToken
tells 'standard input is empty'
run 2 config set config.accessToken < <(printf 'a\0b')
tells NUL
run 2 config set config.accessToken < <(head -c 70000 /dev/zero | tr '\0' x)
tells 'too long'
run 0 config set -d config.rootUrl https://dry.example.com
is "Set 'config.rootUrl' = https://dry.example.com"
contains "$before"

# ---- the environment goes before the file, and never gets into it ----
export TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=of-the-environment-000
run 0 config get config.clientId
is env
run 0 config set config.clientId other
tells 'TASKCLUSTER_CLIENT_ID is set, and goes before config.clientId of the file'
[[ $(<"$file") != *environment* ]] || fail "the environment's token got into the file"
run 0 config help config.clientId
has 'Key:     config.clientId'
has 'Value:   env'
has 'From:    TASKCLUSTER_CLIENT_ID'
unset TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN
run 0 config help config.authorizedScopes
has "Value:   ['queue:*', 'secrets:get:a b: c']"
has "From:    $file"
run 0 config help
has 'Configuration options:
  config.accessToken:      '
has '  config.rootUrl:           the root URL'

# ---- terminals: the token is hidden unless it is asked for ----
on_terminal 0 config
lacks "$token"
has 'accessToken: '
has '********'
on_terminal 0 config -f json
lacks "$token"
on_terminal 0 config help config.accessToken
lacks "$token"
on_terminal 0 config --show
has "$token"
on_terminal 0 config get config.accessToken
is "$token"
# and not shown while it is typed; Ctrl-C leaves the terminal as it was
typed=$({ sleep 0.5; printf 'typed-token-0123456789\n'; sleep 0.3; } |
	script -qec "'$TC_CLI' config set config.accessToken; stty -a" /dev/null)
[[ $typed == *'config.accessToken (not shown): '* && $typed != *typed-token* && $typed == *' echo '* ]] ||
	fail "typing shows: $typed"
run 0 config get config.accessToken
is typed-token-0123456789
typed=$({ sleep 0.5; printf 'typed-\003'; sleep 0.3; } |
	script -qec "trap : INT; '$TC_CLI' config set config.accessToken; stty -a" /dev/null)
[[ $typed != *typed-* && $typed == *' echo '* ]] || fail "Ctrl-C leaves: $typed"
run 0 config get config.accessToken
is typed-token-0123456789

# ---- -o: for its user alone, whole ----
: >"$folder/out.yml"
chmod 644 "$folder/out.yml"
run 0 config -o "$folder/out.yml"
is ''
[[ $(stat -c %a "$folder/out.yml") == 600 && $(<"$folder/out.yml") == *typed-token* ]] || fail "-o"
run 0 config get config.clientId -o -
is other
run 0 config -o /dev/null
is ''
run 0 config get config.clientId -o >(cat >"$folder/piped")
await_line "$folder/piped"
[[ $(<"$folder/piped") == other ]] || fail "-o a pipe"
run 2 config -o "$folder"
tells 'is no file'
run 2 config -o "$folder/none/x"
tells "$folder/none/x: "
[[ ! -e $folder/none ]] || fail "-o makes no folders"
[[ $(ls -A "$folder/home/.config") == taskcluster.yml ]] || fail "something was left behind"

# ---- reset ----
run 0 config reset config.authorizedScopes
is 'Reset config.authorizedScopes to default value.'
run 0 config get config.authorizedScopes
is null
run 0 config reset --all
is 'Reset config.accessToken to default value.
Reset config.authorizedScopes to default value.
Reset config.certificate to default value.
Reset config.clientId to default value.
Reset config.rootUrl to default value.'
contains 'config:
  {}'
run 0 config set config.rootUrl https://again.example.com
contains 'config:
  rootUrl: https://again.example.com'
rm "$file"
run 0 config reset --all
[[ ! -e $file ]] || fail "reset makes no file"

# ---- all else in a file stays ----
write <<'YAML'
# mine
other: {keep: [1, two]}   # of another command

config:
    # where
    rootUrl: "https://old.example.com" # ours
    certificate: |
      {"version": 1}

    # who
    clientId: é
    unknown: &x {a: b}
    authorizedScopes:
    - a
    # between
    - b
    # behind
more: *x
YAML
run 0 config set config.rootUrl https://new.example.com
tells 'unknown key config.unknown'
[[ $err == *unknown*unknown*unknown* ]] && fail "told more than once"
run 0 config set config.certificate '{"version":2}'
run 0 config set config.accessToken "$token"
run 0 config set config.authorizedScopes '["c", "d"]'
run 0 config reset config.clientId
contains "# mine
other: {keep: [1, two]}   # of another command

config:
    # where
    accessToken: $token
    rootUrl: https://new.example.com # ours
    certificate: '{\"version\":2}'

    # who
    unknown: &x {a: b}
    authorizedScopes:
    - c
    - d
    # behind
more: *x"

# BEFORE KEY VALUE AFTER: the whole file; without a value the key is reset
changes() {
	write <<<"$1"
	if [[ -n $3 ]]; then
		run 0 config set "config.$2" "$3"
	else
		run 0 config reset "config.$2"
	fi
	contains "$4"
}
changes '{"config": {"rootUrl": "https://a"}, "b": 1}' rootUrl https://c "{\"config\": {rootUrl: 'https://c'}, \"b\": 1}"
changes '{"config": {"rootUrl": "https://a"}, "b": 1}' clientId c '{"config": {clientId: c, "rootUrl": "https://a"}, "b": 1}'
changes '{"b": 1}' clientId c '{config: {clientId: c}, "b": 1}'
changes '{"b": 1, "config": {}}' clientId c '{"b": 1, "config": {clientId: c}}'
changes '{}' clientId c $'config:\n  clientId: c'
changes '# nothing' clientId c $'# nothing\nconfig:\n  clientId: c'
changes '---' clientId c $'---\nconfig:\n  clientId: c'
changes 'config:' clientId c $'config:\n  clientId: c'
changes 'config: ~ # none' clientId c $'config:\n  clientId: c # none'
changes 'b: 1' clientId c $'config:\n  clientId: c\nb: 1'
changes 'config: {clientId: a, rootUrl: https://a}' clientId '' 'config: {rootUrl: https://a}'
changes 'config: {rootUrl: https://a, clientId: a}' clientId '' 'config: {rootUrl: https://a}'
changes 'config: {clientId: a}' clientId '' 'config: {}'
changes 'config: {clientId: a}' authorizedScopes '["x, y"]' "config: {authorizedScopes: ['x, y'], clientId: a}"
changes $'config:\n  clientId: a\n  rootUrl: https://a' clientId '' $'config:\n  rootUrl: https://a'
changes $'config:\n  clientId:\n  rootUrl: https://a' clientId b $'config:\n  clientId: b\n  rootUrl: https://a'
changes $'\xef\xbb\xbfé: 1\nconfig:\n  clientId: a' clientId b $'\xef\xbb\xbfé: 1\nconfig:\n  clientId: b'
changes $'config:\r\n  clientId: a\r\nb: 1\r' clientId b $'config:\r\n  clientId: b\r\nb: 1\r'
printf 'config:\n  clientId: a' >"$file"
run 0 config reset config.clientId
contains $'config:\n  {}'

# of two sections the last one counts, as for the official client, and of two keys
write <<<$'config: {rootUrl: https://a, clientId: a}\nconfig: {rootUrl: https://b, rootUrl: https://c}'
run 0 config get config.rootUrl
is https://c
run 0 config get config.clientId
is '""'
run 0 config set config.rootUrl https://d
run 0 config set config.clientId b
contains $'config: {rootUrl: https://a, clientId: a}\nconfig: {clientId: b, rootUrl: https://b, rootUrl: \'https://d\'}'
run 0 config reset config.clientId

# what cannot be changed without changing more is refused, and stays
for content in $'config:\n  clientId: a\n  clientId: b' $'a: &x c\nconfig: {clientId: *x}' \
	$'config:\n  clientId: &x a\nb: *x'; do
	write <<<"$content"
	run 2 config reset config.clientId
	contains "$content"
done
{
	echo 'a0: &a0 [x]'
	for ((i = 1; i < 50; i++)); do echo "a$i: &a$i [*a$((i - 1)), *a$((i - 1))]"; done
	echo 'config: {clientId: a}'
} | write
run 2 config set config.rootUrl https://a # in no time
tells 'change it with an editor'
for content in $'config:\n  ? clientId\n  : a' 'config: {clientId: a,}'; do
	write <<<"$content"
	run 2 --errors json config reset config.clientId
	contains "$content"
	[[ $err != *line* && $err != *$'\n'* ]] || fail "what nobody has written is told"
done
write <<<'config: [1'
run 2 config set config.clientId a
contains 'config: [1'

# ---- two at the same time: neither's change is lost ----
for ((i = 0; i < 10; i++)); do
	rm -f "$file"
	"$TC_CLI" config set config.rootUrl https://tc.example.com >/dev/null &
	"$TC_CLI" config set config.clientId a >/dev/null &
	"$TC_CLI" config set config.accessToken b >/dev/null
	wait
	[[ $(sort "$file") == $'  accessToken: b\n  clientId: a\n  rootUrl: https://tc.example.com\nconfig:' ]] ||
		fail "a change was lost: $(<"$file")"
done
[[ $(ls -A "$HOME/.config") == taskcluster.yml ]] || fail "something was left behind"

# ---- links, and places where nothing can be written ----
mkdir "$folder/elsewhere"
mv "$file" "$folder/elsewhere/real.yml"
echo 'config: {clientId: a}' >"$folder/elsewhere/real.yml"
ln -s "$folder/elsewhere/real.yml" "$file"
run 0 config set config.clientId b
[[ -L $file && $(<"$folder/elsewhere/real.yml") == 'config: {clientId: b}' ]] || fail "a link is followed"
rm "$file"
XDG_CONFIG_HOME=$folder/new/deep run 0 config set config.clientId b
[[ $(stat -c %a "$folder/new" "$folder/new/deep/taskcluster.yml") == $'700\n600' ]] || fail "folders"
XDG_CONFIG_HOME=/dev/null run 2 config set config.clientId b
tells /dev/null/taskcluster.yml
status=0
"$TC_CLI" config >/dev/full 2>"$folder/err" || status=$?
((status == 1)) || fail "a full disk"

# ---- update ----
run 0 update
has 'taskcluster version'
has "the system's packages"
silent
run 2 update now
tells 'update takes no argument, such as "now"'
run 0 update --help
echo "settings: all as it should be"
