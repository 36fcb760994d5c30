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

# the environment wins, and credentials are one thing
TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=t run 0 api queue status T --dry-run
has 'Hawk id="env"'
has 'https://file.example.com/'
TASKCLUSTER_CLIENT_ID=env run 2 api queue status T --dry-run
tells TASKCLUSTER_ACCESS_TOKEN
TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ROOT_URL= run 0 api queue status T --dry-run
has 'Hawk id="project/x/file"'
TASKCLUSTER_ROOT_URL=https://file.example.com// run 0 api queue status T --dry-run
has 'Hawk id="project/x/file"'

# the file's credentials never go to another root
TASKCLUSTER_ROOT_URL=https://other.example.com run 0 api queue status T --dry-run
has 'not signed'
tells 'are for https://file.example.com, and not used for https://other.example.com'

# where it is
mkdir "$folder/xdg"
sed s/file/xdg/ "$file" >"$folder/xdg/taskcluster.yml"
chmod 600 "$folder/xdg/taskcluster.yml"
XDG_CONFIG_HOME=$folder/xdg run 0 api queue status T --dry-run
has 'project/x/xdg'

# others may read it
chmod 644 "$file"
run 0 api queue status T --dry-run
tells "chmod 600"
lacks never-to-be-printed

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
unread
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
