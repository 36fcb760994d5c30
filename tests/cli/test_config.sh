#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The file of the official shell client, and what the environment has to say beside it.
. tests/cli/check.sh
exec </dev/null
file=$HOME/.config/taskcluster.yml

write() {
	cat >"$file"
	chmod 600 "$file"
}

write <<'YAML'
config:
  clientId: project/x/file
  accessToken: never-to-be-printed
  rootUrl: https://file.example.com
task: {unrelated: [1, 2]}
YAML
run 0 api queue status T --dry-run
silent
is 'GET https://file.example.com/api/queue/v1/task/T/status
Authorization: Hawk id="project/x/file", … (signed when it is sent)'
run 0 scopes --help
silent

# each variable goes before its own key of the file, an empty one counts as none
TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=t run 0 api queue status T --dry-run
has 'Hawk id="env"'
has 'https://file.example.com/'
TASKCLUSTER_CLIENT_ID=env run 0 api queue status T --dry-run
silent
has 'Hawk id="env"'
TASKCLUSTER_ACCESS_TOKEN=t run 0 api queue status T --dry-run
silent
has 'Hawk id="project/x/file"'
TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ROOT_URL= run 0 api queue status T --dry-run
has 'Hawk id="project/x/file"'
for root in https://file.example.com// HTTPS://File.Example.COM; do
	TASKCLUSTER_ROOT_URL=$root run 0 api queue status T --dry-run
	has 'Hawk id="project/x/file"'
done

# credentials of the file's root URL for another one: neither sent nor left out, but told
export TASKCLUSTER_ROOT_URL=https://other.example.com
for who in '' TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=t; do
	[[ -z $who ]] || export "${who?}"
	run 2 api queue status T --dry-run
	tells "credentials in $file are for https://file.example.com, and not for https://other.example.com (from TASKCLUSTER_ROOT_URL)"
	tells --mix-config
	run 2 scopes
	tells 'are for https://file.example.com'
	run 0 --mix-config api queue status T --dry-run
	silent
	has 'https://other.example.com/'
	has "Hawk id=\"${TASKCLUSTER_CLIENT_ID:-project/x/file}\""
	[[ -z $who ]] || unset "${who%%=*}"
done
for root in https://file.example.com.other.example.com https://file.example.com/x http://file.example.com; do
	TASKCLUSTER_ROOT_URL=$root run 2 api queue status T --dry-run --mix-config=
	tells 'expected true, false, or nothing'
	TASKCLUSTER_ROOT_URL=$root run 2 api queue status T --dry-run
	tells 'are for https://file.example.com'
done
TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=t run 0 api queue status T --dry-run
silent
has 'Hawk id="env"'
run 0 api queue ping --dry-run
silent
unset TASKCLUSTER_ROOT_URL

# a password in a URL, where none may be, is not told
write <<<'config: {rootUrl: "https://u:never-to@be-printed@file.example.com/x", clientId: a, accessToken: t}'
TASKCLUSTER_ROOT_URL=https://u:never-to-be-printed@env.example.com run 2 api queue status T
tells 'are for https://file.example.com/x, and not for https://env.example.com (from'
lacks be-printed
run 2 api queue status T
lacks be-printed
write <<<$'config:\n  rootUrl: https://file.example.com\n  clientId: project/x/file\n  accessToken: never-to-be-printed'

# the proxy goes before the file, but not before a client and a token of the environment
export TASKCLUSTER_PROXY_URL=http://taskcluster
run 0 api queue status T --dry-run
has 'the proxy signs it'
TASKCLUSTER_ROOT_URL=https://other.example.com run 0 api queue status T --dry-run
has 'the proxy signs it'
TASKCLUSTER_CLIENT_ID=env run 0 api queue status T --dry-run
has 'the proxy signs it'
export TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=t
run 0 api queue status T --dry-run
has 'https://file.example.com/'
has 'Hawk id="env"'
TASKCLUSTER_ROOT_URL=https://other.example.com run 0 api queue status T --dry-run
has 'https://other.example.com/'
has 'Hawk id="env"'
XDG_CONFIG_HOME=/dev/null run 2 api queue status T --dry-run
tells 'no root URL'
unset TASKCLUSTER_PROXY_URL TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN

# where it is
mkdir "$folder/xdg"
sed s/file/xdg/ "$file" >"$folder/xdg/taskcluster.yml"
chmod 600 "$folder/xdg/taskcluster.yml"
XDG_CONFIG_HOME=$folder/xdg run 0 api queue status T --dry-run
has 'project/x/xdg'

# others may read it: people are told, scripts not
chmod 644 "$file"
run 0 api queue status T --dry-run
silent
on_terminal 0 api queue status T --dry-run
has "chmod 600"
lacks never-to-be-printed
chmod 600 "$file"
on_terminal 0 api queue status T --dry-run
lacks chmod

# authorizedScopes narrow, whoever's the credentials are
write <<'YAML'
config:
  clientId: file
  accessToken: never-to-be-printed
  authorizedScopes:
    - queue:get-task:*
    - "secrets:get:a b"
YAML
run 0 scopes
has 'narrowed to:
  queue:get-task:*
  secrets:get:a b'
TASKCLUSTER_ROOT_URL=https://x.example.com run 0 api queue status T --dry-run
has 'Hawk id="file"'
TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=t run 0 scopes
has 'client: env'
has 'narrowed to:'
TASKCLUSTER_CLIENT_ID=env run 0 scopes
has "permanent, from the environment and $file"
write <<<'config: {clientId: file, accessToken: t, authorizedScopes: []}'
run 0 scopes
has 'narrowed to: none'
write <<<'config: {clientId: file, accessToken: t, authorizedScopes: null}'
run 0 scopes
lacks narrowed
write <<<'config: {clientId: file, accessToken: t, authorizedScopes: queue:*}'
run 2 scopes
tells "must be a list"
write <<<'config: {clientId: file, accessToken: t, authorizedScopes: [{}]}'
run 2 scopes
tells "must be text"
write <<<'config: {clientId: file, accessToken: t, authorizedScopes: ["é"]}'
run 2 scopes
tells authorizedScopes

# temporary credentials
seed=0123456789012345678901_1234567890123456789012
now=$(date +%s)000
certificate="{\"version\":1,\"scopes\":[\"a:*\"],\"start\":$now,\"expiry\":$((now + 60000)),\"seed\":\"${seed:0:44}\",\"signature\":\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\",\"issuer\":\"boss\"}"
write <<YAML
config:
  clientId: temp
  accessToken: never-to-be-printed
  certificate: '$certificate'
YAML
run 0 scopes
has "temporary, from $file"
has "issuer: boss"
has "  a:*"
lacks never-to-be-printed
lacks MDEyMzQ1

# a certificate belongs to its token and client
TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=t run 0 scopes
has "permanent, from the environment"
TASKCLUSTER_CERTIFICATE=$certificate run 2 scopes
tells "TASKCLUSTER_CERTIFICATE is not of the access token in $file"
TASKCLUSTER_CLIENT_ID=env run 2 scopes
tells "the certificate in $file is of the client temp, and not of env"
TASKCLUSTER_CLIENT_ID=temp run 0 scopes
has temporary
TASKCLUSTER_CLIENT_ID=env run 0 scopes --mix-config
has temporary
TASKCLUSTER_ACCESS_TOKEN=t run 0 scopes --mix-config
has temporary
write <<'YAML'
config:
  clientId: temp
  accessToken: t
  certificate: {version: 1}
YAML
run 2 scopes
tells "line 4: config.certificate must be text"

# files that are wrong are told, with their line; nothing in them is printed
write <<<'config: [1'
run 2 scopes
tells "$file: line "
write <<<'- a'
run 2 scopes
tells "expected a mapping"
write <<<'config: 3'
run 2 scopes
tells "config must be a mapping"
write <<<'config: {clientId: a}'
run 2 scopes
tells "config.accessToken is missing"
write <<'YAML'
config:
  clientID: a
  rootUrl: https://tc.example.com
YAML
run 0 api queue ping --url
tells "line 2: unknown key config.clientID; did you mean clientId"
for content in '' '# nothing' 'config:' 'config: ~' 'other: 1'; do
	write <<<"$content"
	run 0 scopes
	has "client: none"
done
rm "$file"
mkdir "$file"
run 2 scopes
tells "$file"
run 0 slugid
silent
rmdir "$file"
HOME='' XDG_CONFIG_HOME=/dev/null/none run 0 scopes
has "client: none"

# credentials that are not used are not read, nor is a file that they alone would need
export TASKCLUSTER_ROOT_URL=https://tc.example.com
unread() {
	run 0 api queue ping --dry-run
	has 'not signed: it is for everybody'
	silent
	run 0 api queue createTask T --url
	is 'https://tc.example.com/api/queue/v1/task/T'
	silent
	run 0 api classic-queue status T --dry-run
	silent
	run 0 api treeherder getJobs try --dry-run
	silent
	TASKCLUSTER_PROXY_URL=http://taskcluster run 0 api queue status T --dry-run
	has 'the proxy signs it'
	silent
}
# FILE OR VARIABLE: where they are read, it is named
read_and_wrong() {
	run 2 api queue status T --dry-run
	tells "$1"
	run 2 api queue status T --signed-url
	tells "$1"
	run 2 api auth testAuthenticateGet --dry-run
	tells "$1"
	TASKCLUSTER_PROXY_URL=http://taskcluster run 2 scopes
	tells "$1"
}
for name in TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN TASKCLUSTER_CERTIFICATE; do
	export "$name=half"
	unread
	read_and_wrong TASKCLUSTER_
	unset "$name"
done
export TASKCLUSTER_CLIENT_ID=tester TASKCLUSTER_ACCESS_TOKEN=t TASKCLUSTER_CERTIFICATE='{"version":'
run 0 api queue ping --dry-run
silent
read_and_wrong TASKCLUSTER_
TASKCLUSTER_CERTIFICATE=
run 0 api auth testAuthenticateGet --dry-run
has 'Hawk id="tester"'
unset TASKCLUSTER_CLIENT_ID TASKCLUSTER_ACCESS_TOKEN TASKCLUSTER_CERTIFICATE
for content in 'config: {clientId: a}' 'config: {clientId: a, accessToken: t, certificate: x}' 'config: [1'; do
	write <<<"$content"
	unread
	read_and_wrong "$file"
done
write <<<'config: {rootUrl: https://file.example.com, clientId: a, accessToken: t}'
unread
rm "$file"

# the same for those of other systems
export TREEHERDER_CLIENT_ID=half BUILDBOT_USER=half BUILDBOT_URL=http://localhost:1
run 0 api treeherder getJobs try --dry-run
has 'not signed: it is for everybody'
run 0 api treeherder createNote try --url
run 2 api treeherder createNote try --dry-run <<<'{}'
tells 'of TREEHERDER_CLIENT_ID and TREEHERDER_SECRET only one is set'
run 0 api buildbot listBuilds --dry-run
run 2 api buildbot login --dry-run
tells 'of BUILDBOT_USER and BUILDBOT_PASSWORD only one is set'
echo "config: all as it should be"
