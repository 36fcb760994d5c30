# SPDX-License-Identifier: MPL-2.0
# What the tests of the sandbox's page share: a browser, and a Taskcluster on loopback with the link that signs in. A test is
# a script in bash and what it drives, a file of that name for node. To be sourced.
for program in node /usr/bin/chromium /usr/bin/chromedriver; do
	command -v "$program" >/dev/null || {
		echo "there is no $program: nothing is tested"
		exit 77
	}
done
. tests/examples/check.sh
unset TASKCLUSTER_PROXY_URL TASKCLUSTER_CERTIFICATE BROWSER

# with_page OPTION…: a sandbox, and its link in PAGE_LINK
with_page() {
	: >"$folder/sandbox.log"
	sandbox "$@"
	PAGE_LINK=$(sed -n 's/^taskcluster-sandbox: the page: //p' "$folder/sandbox.log")
	export PAGE_LINK
	[[ $PAGE_LINK == *'/#'* ]] || fail "no link was printed"
}

# drive NAME ARGUMENT…: what NAME.js does in the browser
drive() {
	TMPDIR=$folder/tmp node "tests/page/$1.js" "${@:2}" || fail "$1"
	[[ -z $(ls -A "$folder/tmp") ]] || fail "left behind: $(ls -A "$folder/tmp")"
}
