#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A RabbitMQ on this machine's loopback, to try listeners with: by TLS, as Pulse is, and with an account of its
# own. When it answers it prints what a listener's environment needs, as the sandbox does; it goes on until it
# is ended, and leaves nothing behind.
#
#	examples/broker.sh >broker.env & sleep 10; . ./broker.env
#	taskcluster-sandbox --pulse "$BROKER_URL" >sandbox.env & sleep 1; . ./sandbox.env
#
# Where there is no RabbitMQ it says how to get one, and ends with 77.
set -euo pipefail
program=${RABBITMQ_SERVER:-/usr/lib/rabbitmq/bin/rabbitmq-server} # Debian's that stays the user who it is
for needed in "$program" epmd openssl setpriv; do
	command -v "$needed" >/dev/null && continue
	echo "There is no RabbitMQ on this machine: Debian's package is rabbitmq-server. ($needed is not there.)" >&2
	exit 77
done
folder=$(mktemp -d)
servers=()
finish() {
	trap '' TERM INT
	exec 2>/dev/null # the shell would tell of each that was killed
	((${#servers[@]} == 0)) || kill -KILL "${servers[@]}" || true
	wait
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 0' TERM INT

# serve COMMAND…: in the background, and no longer than this script even when that is killed
serve() {
	setpriv --pdeathsig KILL "$@" </dev/null >>"$folder/output" 2>&1 &
	servers+=($!)
}

answers() {
	(: >"/dev/tcp/$1/$2") 2>/dev/null
}

free_port() {
	port=$((RANDOM % 12000 + 20000))
	! answers 127.0.0.1 $port || free_port
}

# All of 127.0.0.0/8 is loopback: at an address that nobody else has the port is Pulse's own.
address=127.$((RANDOM % 200 + 20)).$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1))
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=broker \
	-addext "subjectAltName=IP:$address" -keyout "$folder/key" -out "$folder/certificate" 2>/dev/null
password=$(openssl rand -hex 16)
cat >"$folder/rabbitmq.conf" <<END
listeners.tcp.1 = $address:5672
listeners.ssl.1 = $address:5671
ssl_options.cacertfile = $folder/certificate
ssl_options.certfile = $folder/certificate
ssl_options.keyfile = $folder/key
default_user = listener
default_pass = $password
default_permissions.configure = ^(queue/listener|exchange)/
default_permissions.write = ^(queue/listener|exchange)/
default_permissions.read = ^(queue/listener|exchange)/
END
free_port
export HOME=$folder ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$port RUNNING_UNDER_SYSTEMD=true
export RABBITMQ_NODENAME=tc$port@localhost RABBITMQ_CONFIG_FILE=$folder/rabbitmq RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_MNESIA_BASE=$folder/data RABBITMQ_LOG_BASE=$folder/log RABBITMQ_PID_FILE=$folder/pid
export RABBITMQ_ENABLED_PLUGINS_FILE=$folder/plugins
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}'
serve epmd -port "$port" -address 127.0.0.1 # by ourselves, as the server would leave it behind
free_port
export RABBITMQ_DIST_PORT=$port
serve "$program"

for ((i = 0; i < 900; i++)); do
	! answers "$address" 5671 || break
	if ! kill -0 "${servers[1]}" 2>/dev/null; then
		echo "RabbitMQ did not start:" >&2
		tail -n 20 "$folder/output" >&2
		exit 1
	fi
	sleep 0.1
done
printf "export %s='%s'\n" PULSE_HOSTNAME "$address" PULSE_USERNAME listener PULSE_PASSWORD "$password" \
	SSL_CERT_FILE "$folder/certificate" BROKER_URL "amqp://listener:$password@$address:5672"
wait "${servers[1]}"
