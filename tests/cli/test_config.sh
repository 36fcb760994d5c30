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
run 0 api queue ping --dry-run
silent
is 'GET https://file.example.com/api/queue/v1/ping
Authorization: Hawk id="project/x/file", … (signed when it is sent)'
run 0 scopes --help
silent

# the environment wins, and credentials are one thing
TASKCLUSTER_CLIENT_ID=env TASKCLUSTER_ACCESS_TOKEN=t run 0 api queue ping --dry-run
has 'Hawk id="env"'
has 'https://file.example.com/'
TASKCLUSTER_CLIENT_ID=env run 2 api queue ping --dry-run
tells TASKCLUSTER_ACCESS_TOKEN
TASKCLUSTER_CLIENT_ID= TASKCLUSTER_ROOT_URL= run 0 api queue ping --dry-run
has 'Hawk id="project/x/file"'
TASKCLUSTER_ROOT_URL=https://file.example.com// run 0 api queue ping --dry-run
has 'Hawk id="project/x/file"'

# the file's credentials never go to another root
TASKCLUSTER_ROOT_URL=https://other.example.com run 0 api queue ping --dry-run
has 'not signed'
tells 'are for https://file.example.com, and not used for https://other.example.com'

# where it is
mkdir "$folder/xdg"
sed s/file/xdg/ "$file" >"$folder/xdg/taskcluster.yml"
chmod 600 "$folder/xdg/taskcluster.yml"
XDG_CONFIG_HOME=$folder/xdg run 0 api queue ping --dry-run
has 'project/x/xdg'

# others may read it
chmod 644 "$file"
run 0 api queue ping --dry-run
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
TASKCLUSTER_ROOT_URL=https://x.example.com run 0 api queue ping --dry-run
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
echo "config: all as it should be"
