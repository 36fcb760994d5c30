#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# `taskcluster signin` and the page that it opens: what it prints is good for a shell. A callback elsewhere is refused.
. tests/page/check.sh
with_page
root=$TASKCLUSTER_ROOT_URL
cat >"$folder/browser" <<'SCRIPT'
#!/bin/sh
echo "$1" >"${0%/*}/url.new" && mv "${0%/*}/url.new" "${0%/*}/url"
SCRIPT
chmod +x "$folder/browser"
BROWSER=$folder/browser TASKCLUSTER_CLIENT_ID='' TASKCLUSTER_ACCESS_TOKEN='' "$TC_CLI" signin --scope 'queue:*' --scope 'auth:current-scopes' -n 'me' >"$folder/out" 2>"$folder/signin.log" &
signin=$!
for ((i = 0; i < 200; i++)); do
	[[ ! -e $folder/url ]] || break
	sleep 0.05
done
PAGE_URL=$(<"$folder/url") drive signin
wait "$signin" || fail "signin ended with $?"
(
	eval "$(<"$folder/out")"
	[[ $TASKCLUSTER_ROOT_URL == "$root" && $TASKCLUSTER_CLIENT_ID == tester/me-?????? ]] || fail "signin printed: $(<"$folder/out")"
	scopes=$("$TC_CLI" api auth currentScopes)
	[[ $scopes == *'"queue:*"'* && $scopes != *'"*"'* && $scopes != *secrets:get* ]] || fail "the client has $scopes"
)
