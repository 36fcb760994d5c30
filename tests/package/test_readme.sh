#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# README.md is true, and so is docs/first-call.md: who has nothing but what is installed, and does what they say, sees
# what they say. The listener wants a RabbitMQ; where there is none its program has to say what it lacks.
set -euo pipefail
. tests/package/component.sh
. tests/package/follow.sh
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

# Without a broker, but told where one would be.
listen_to_nobody() {
	local said
	awk '/^\/\* listener\.c/ { inside = 1 } /^```/ { inside = 0 } inside' README.md >"$prefix/listener.c"
	PKG_CONFIG_PATH=$prefix/lib/pkgconfig
	export PKG_CONFIG_PATH
	# shellcheck disable=SC2046
	cc "$prefix/listener.c" -o "$prefix/listener" $(pkg-config --cflags --libs taskcluster-pulse)
	said=$(LD_LIBRARY_PATH=$prefix/lib env -u PULSE_HOSTNAME "$prefix/listener" 2>&1) && return 1
	[[ $said == *PULSE_HOSTNAME* ]] || {
		echo "README.md's listener says without a broker: $said" >&2
		return 1
	}
}

cmake --install "$TC_BUILD_DIR" --prefix "$prefix" >"$prefix/log"
follow README.md 'From nothing to a program' 'I write a worker' 'I move artifacts'
follow docs/first-call.md
if ! built pulse; then
	listened=", but for the listener: its component is not built"
elif command -v "${RABBITMQ_SERVER:-/usr/lib/rabbitmq/bin/rabbitmq-server}" >/dev/null; then
	follow README.md 'I listen'
else
	listen_to_nobody
	listened=", but for the listener: there is no RabbitMQ"
fi
echo "README.md and docs/first-call.md are true${listened:-}"
