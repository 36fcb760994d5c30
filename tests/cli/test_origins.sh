#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Where a value that is wrong came from: advice names that variable, option or key of the file, and
# no other.
. tests/cli/check.sh
exec </dev/null
file=$HOME/.config/taskcluster.yml
names=(TASKCLUSTER_ROOT_URL TASKCLUSTER_PROXY_URL config.rootUrl --base-url --server-url
	TREEHERDER_URL BUILDBOT_URL https_proxy HTTPS_PROXY http_proxy all_proxy ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR)

# names_only NAME…: of all that a value can come from, these and no others are in what was told
names_only() {
	local name wanted=" $* "
	for name in "${names[@]}"; do
		if [[ $wanted == *" $name "* ]]; then
			tells "from $name"
		elif [[ $err == *"from $name"* ]]; then
			fail "$name is not where it came from"
		fi
	done
}

write() {
	cat >"$file"
	chmod 600 "$file"
}

# URLs that are none
TASKCLUSTER_ROOT_URL=nonsense run 2 api queue status T
tells 'root URL'
names_only TASKCLUSTER_ROOT_URL
TASKCLUSTER_PROXY_URL=nonsense TASKCLUSTER_ROOT_URL=https://tc.example.com run 2 api queue status T
tells 'proxy URL'
names_only TASKCLUSTER_PROXY_URL
TASKCLUSTER_PROXY_URL=http://taskcluster TASKCLUSTER_ROOT_URL=nonsense run 0 api queue status T --url
silent
write <<<'config: {rootUrl: nonsense}'
run 2 api queue status T
tells "config.rootUrl in $file"
names_only config.rootUrl
TASKCLUSTER_ROOT_URL=nonsense run 2 api queue status T
names_only TASKCLUSTER_ROOT_URL
run 2 api classic-queue status T --base-url nonsense
names_only --base-url
run 2 api buildbot listBuilds --server-url nonsense
names_only --server-url
run 2 api buildbot listBuilds --base-url nonsense
names_only --base-url
BUILDBOT_URL=nonsense run 2 api buildbot listBuilds
names_only BUILDBOT_URL
TREEHERDER_URL=nonsense run 2 api treeherder listRepositories
names_only TREEHERDER_URL
rm "$file"

# what is beside them; an empty variable counts as none
export TASKCLUSTER_ROOT_URL=https://tc.example.com
https_proxy=$'http://127.0.0.1:1\n' run 2 api queue status T
names_only TASKCLUSTER_ROOT_URL https_proxy
ALL_PROXY=$'http://127.0.0.1:1\n' run 2 api queue status T
names_only TASKCLUSTER_ROOT_URL ALL_PROXY
SSL_CERT_FILE=$'\n' run 2 api queue status T
names_only TASKCLUSTER_ROOT_URL SSL_CERT_FILE
SSL_CERT_FILE=$folder/none run 2 api queue status T
tells "$folder/none cannot be read"
names_only TASKCLUSTER_ROOT_URL SSL_CERT_FILE
SSL_CERT_DIR=$folder/none run 2 api queue status T
tells "$folder/none is no folder"
names_only TASKCLUSTER_ROOT_URL SSL_CERT_DIR
SSL_CERT_FILE='' SSL_CERT_DIR='' run 0 api queue status T --url
silent
run 2 api queue ping --server-url https://other.example.com
tells "--server-url is for"
run 2 api queue ping --base-url https://other.example.com
tells "--base-url is for"

# credentials
run 2 api queue status T --signed-url
tells "Set TASKCLUSTER_CLIENT_ID, TASKCLUSTER_ACCESS_TOKEN and"
tells "or write them to $file"
TASKCLUSTER_CLIENT_ID=half run 2 api queue status T
tells "half credentials: set TASKCLUSTER_ACCESS_TOKEN, too, or config.accessToken in $file"
TASKCLUSTER_CLIENT_ID=a TASKCLUSTER_ACCESS_TOKEN=t TASKCLUSTER_CERTIFICATE=x run 2 api queue status T
tells "Credentials are TASKCLUSTER_CLIENT_ID"
lacks "$file"
write <<<'config: {clientId: a, accessToken: t, certificate: x}'
run 2 api queue status T
tells "Credentials are config.clientId, config.accessToken and"
tells "in $file"
lacks TASKCLUSTER_CLIENT_ID
rm "$file"
BUILDBOT_USER=$'a\nb' BUILDBOT_PASSWORD=c BUILDBOT_URL=http://127.0.0.1:1 run 2 api buildbot login
tells 'BUILDBOT_USER and BUILDBOT_PASSWORD: '

# nobody answers: all that the way there came from. They try for a while, so all at once.
begin() {
	"$TC_CLI" api "${@:2}" >"$folder/$1.out" 2>"$folder/$1.err" &
	servers+=($!)
}
ended() {
	last=("$1") status=0 out=
	wait "$2" || status=$?
	err=$(<"$folder/$1.err")
	((status == 1)) || fail "expected exit status 1"
}
nobody=http://127.0.0.1:1
echo unread >"$folder/authority.pem"
TASKCLUSTER_ROOT_URL=$nobody SSL_CERT_FILE=/unused begin root queue status T
TASKCLUSTER_PROXY_URL=$nobody begin proxy queue status T
https_proxy=$nobody begin https queue status T
TREEHERDER_URL=$nobody begin treeherder treeherder listRepositories
begin classic classic-queue status T --base-url $nobody
XDG_CONFIG_HOME=$folder/xdg
mkdir "$XDG_CONFIG_HOME"
echo "config: {rootUrl: '$nobody'}" >"$XDG_CONFIG_HOME/taskcluster.yml"
TASKCLUSTER_ROOT_URL='' begin file queue status T
TASKCLUSTER_ROOT_URL=https://127.0.0.1:1 SSL_CERT_FILE=$folder/authority.pem begin secure queue status T
ended root "${servers[0]}"
names_only TASKCLUSTER_ROOT_URL
ended proxy "${servers[1]}"
names_only TASKCLUSTER_PROXY_URL
ended https "${servers[2]}"
names_only TASKCLUSTER_ROOT_URL https_proxy
ended treeherder "${servers[3]}"
names_only TREEHERDER_URL
ended classic "${servers[4]}"
names_only --base-url
ended file "${servers[5]}"
names_only config.rootUrl
tells "config.rootUrl in $XDG_CONFIG_HOME/taskcluster.yml"
ended secure "${servers[6]}"
names_only TASKCLUSTER_ROOT_URL SSL_CERT_FILE
servers=()

# refusals
start_canned
run 1 api queue status unauthorized
tells 'not signed: set TASKCLUSTER_CLIENT_ID'
root=$TASKCLUSTER_ROOT_URL
TASKCLUSTER_PROXY_URL=$root run 1 api queue status unauthorized
tells 'proxy (from TASKCLUSTER_PROXY_URL) signed'
lacks 'from the environment'
TASKCLUSTER_PROXY_URL=$root TASKCLUSTER_ROOT_URL=https://unused.example.com run 1 api queue status nothing
lacks TASKCLUSTER_ROOT_URL
run 1 api hooks triggerHookWithToken forbidden b c <<<'{}'
lacks TASKCLUSTER_CLIENT_ID
echo "origins: all as they should be"
