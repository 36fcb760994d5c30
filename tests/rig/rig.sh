#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Runs a command with what stands in front of a deployment in the real world (tests/harness/rig.h):
#
#	rig.sh [--proxy] [--names preload|hosts] [--requests N] [--idle SECONDS] COMMAND [ARGUMENT…]
#
# Its own names, either by a preloaded resolver (lookup.c) or, as sanitizers like no preloading, by an
# /etc/hosts in a mount namespace; its own authority, which the system's certificate store knows, by
# the same two ways; nginx; with --proxy a forward proxy that wants a password. Nothing outlives it, and
# nothing of it is seen outside. Exit status: the command's, or 77 where this cannot be done.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
store=/etc/ssl/certs/ca-certificates.crt # where Debian's libcurl looks
secret=rig:never/to@be:printed
names=preload with_proxy=
requests=7 idle=1 # what a connection serves, as tests/harness/rig.c knows, and how long it may be idle
[[ -z ${TC_SANITIZE:-} ]] || names=hosts

while [[ ${1:-} == --* ]]; do
	case $1 in
	--proxy) with_proxy=1 ;;
	--names)
		names=$2
		shift
		;;
	--requests)
		requests=$2
		shift
		;;
	--idle)
		idle=$2
		shift
		;;
	*)
		echo "rig.sh: there is no option $1" >&2
		exit 2
		;;
	esac
	shift
done

skip() {
	echo "skipped: $*" >&2
	exit 77
}

die() {
	echo "rig.sh: $*" >&2
	cat "$folder"/*.log >&2
	exit 1
}

nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || skip "nginx is not installed"
command -v openssl setpriv >/dev/null || skip "openssl or setpriv is not installed"
[[ -z $with_proxy ]] || command -v node >/dev/null || skip "node is not installed"

# Whether names can be made known in a namespace of our own.
if [[ $names == hosts ]]; then
	namespace=(unshare -m)
	((EUID == 0)) || namespace=(unshare -rm)
	[[ -f $store ]] && "${namespace[@]}" mount --bind /etc/hosts /etc/hosts 2>/dev/null ||
		skip "no mount namespace for an /etc/hosts of our own"
fi

folder=$(mktemp -d)
servers=()
# A signal that comes before nginx waits for its first event is not looked at: so more than one.
finish() {
	local server i
	for server in "${servers[@]}"; do
		for ((i = 0; i < 100; i++)); do
			kill "$server" 2>/dev/null || break
			sleep 0.01
		done
		kill -KILL "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	done
	rm -rf "$folder"
}
trap finish EXIT

# serve LOG COMMAND…: in the background, and no longer than this script even when that is killed
serve() {
	local log=$folder/$1.log
	shift
	setpriv --pdeathsig KILL "$@" 2>>"$log" &
	servers+=($!)
}

# await FILE: until it has something in it, or the server that was started last has ended
await() {
	local i
	for ((i = 0; i < 400; i++)); do
		[[ ! -s $1 ]] || return 0
		kill -0 "${servers[-1]}" 2>/dev/null || return 1
		sleep 0.025
	done
	return 1
}

make_certificates() {
	local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2)
	cat >"$folder/openssl.conf" <<'CONF'
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = CA:FALSE
subjectAltName = DNS:*.rig.test
[client]
basicConstraints = CA:FALSE
CONF
	openssl req -x509 "${key[@]}" -config "$folder/openssl.conf" -extensions authority \
		-subj /CN=rig -keyout "$folder/ca.key" -out "$folder/ca.pem" 2>>"$folder/openssl.log" &&
		openssl req -x509 "${key[@]}" -config "$folder/openssl.conf" -extensions server \
			-subj /CN=rig.test -CA "$folder/ca.pem" -CAkey "$folder/ca.key" \
			-keyout "$folder/key.pem" -out "$folder/cert.pem" 2>>"$folder/openssl.log" &&
		openssl req -x509 "${key[@]}" -config "$folder/openssl.conf" -extensions client \
			-subj /CN=worker -CA "$folder/ca.pem" -CAkey "$folder/ca.key" \
			-keyout "$folder/client.key" -out "$folder/client.pem" 2>>"$folder/openssl.log"
}

# nginx takes no port 0: some ports below those that others are given, and others when they are taken.
start_nginx() {
	local try
	for ((try = 0; try < 5; try++)); do
		tls_port=$((10000 + RANDOM % 7000)) plain_port=$((24000 + RANDOM % 8000))
		old_port=$((tls_port + 7000)) http2_port=$((plain_port - 7000))
		sed -e "s/@OLD_PORT@/$old_port/; s/@HTTP2_PORT@/$http2_port/; s/@TLS_PORT@/$tls_port/; s/@PLAIN_PORT@/$plain_port/; s/@IDLE_S@/$idle/; s/@REQUESTS@/$requests/" \
			"$here/nginx.conf" >"$folder/nginx.conf"
		serve nginx "$nginx" -p "$folder" -c nginx.conf -e error.log
		! await "$folder/nginx.pid" || return 0
		unset 'servers[-1]'
	done
	die "nginx does not start"
}

start_proxy() {
	coproc proxy { exec setpriv --pdeathsig KILL node "$here/proxy.js" "$secret" .rig.test; }
	servers+=($!)
	read -r -u "${proxy[0]}" proxy_port || die "the proxy does not start"
	# in a URL a password is written with escapes
	export TC_RIG_PROXY=http://rig:never%2Fto%40be%3Aprinted@127.0.0.1:$proxy_port
}

make_certificates || die "no certificates"
start_nginx
[[ -z $with_proxy ]] || start_proxy

export TC_RIG_URL="https://p{port}.rig.test:$tls_port" TC_RIG_PLAIN_URL="http://p{port}.rig.test:$plain_port"
export TC_RIG_OLD_URL="https://p{port}.rig.test:$old_port" TC_RIG_HTTP2_URL="http://p{port}.rig.test:$http2_port"
export TC_RIG_FOLDER=$folder
export TC_RIG_SANDBOX=${TC_SANDBOX:-} TC_RIG_LOG=$folder/access.log
export TC_SANDBOX=$here/taskcluster-sandbox NODE_EXTRA_CA_CERTS=$folder/ca.pem
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY SSL_CERT_FILE SSL_CERT_DIR

status=0
if [[ $names == preload ]]; then
	export TC_RIG_STORE=$store TC_RIG_CA=$folder/ca.pem
	export TC_RIG_NAMES="*-slow.rig.test=127.0.0.1@8000 *-none.rig.test=none@30 *-again.rig.test=again@30 \
		*-dead.rig.test=127.0.0.2,127.0.0.1@30 *.rig.test=127.0.0.1@30"
	LD_PRELOAD=${TC_BUILD_DIR:-build}/lib/librig_lookup.so "$@" || status=$?
else
	# any port that a server may be given, and one that has none
	read -r first last </proc/sys/net/ipv4/ip_local_port_range
	{
		cat /etc/hosts
		{
			echo 1
			seq "$first" "$last"
		} | sed 's/.*/127.0.0.1 p&.rig.test p&-login.rig.test p&-who.rig.test/'
	} >"$folder/hosts"
	# shellcheck disable=SC2016
	"${namespace[@]}" bash -c 'mount --bind "$1/hosts" /etc/hosts && mount --bind "$1/ca.pem" "$2" &&
		shift 2 && exec "$@"' - "$folder" "$store" "$@" || status=$?
fi
((status == 0 || status == 77)) || { echo "--- nginx:" && tail -n 20 "$folder/error.log"; } >&2
exit "$status"
