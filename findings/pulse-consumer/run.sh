# SPDX-License-Identifier: MPL-2.0
# For the scripts beside this folder: libraries/pulse of Taskcluster 83.1.0, or of PULSE_SOURCE, that folder of
# another release, in $folder/pulse with what it needs of npm, and a broker on loopback in front of which it is run.
# Needs Debian's rabbitmq-server, Go and npm.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
broker= epmd=
finish() {
	kill $broker $epmd 2>/dev/null || true
	wait
	rm -rf "$folder"
}
trap finish EXIT

get_library() {
	mkdir "$folder/build"
	cp "$here"/../../tests/bench/peers/go/go.{mod,sum} "$folder/build" # versions and checksums
	(
		cd "$folder/build"
		export GOPATH=$folder/go GOFLAGS='-modcacherw -mod=mod'
		[[ ${PULSE_SOURCE-} ]] || timeout 900 go mod download github.com/taskcluster/taskcluster/v83
		cd ..
		cp -r "${PULSE_SOURCE:-go/pkg/mod/github.com/taskcluster/taskcluster/v83@v83.1.0/libraries/pulse}/src" pulse
		echo '{"type":"module"}' >package.json
		npm install --silent --no-save amqplib@0.10.8 debug@4.4.1 slugid@3.2.0 >/dev/null
		# the services' logging, by its old and its new name, to which the library tells its lines' names as it is loaded
		for monitor in node_modules/taskcluster-lib-monitor node_modules/@taskcluster/lib-monitor; do
			mkdir -p "$monitor"
			echo '{"type":"module","main":"index.js"}' >"$monitor/package.json"
			echo 'export const MonitorManager = { register() {} };' >"$monitor/index.js"
		done
	)
}

start_broker() {
	local port=$((RANDOM % 8000 + 20000)) i
	url=amqp://guest:guest@127.0.0.1:$port
	export HOME=$folder/broker ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((port + 1))
	export RABBITMQ_DIST_PORT=$((port + 2)) RABBITMQ_NODENAME=pulse@localhost RABBITMQ_CONF_ENV_FILE=/dev/null
	export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port RUNNING_UNDER_SYSTEMD=true
	export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
	export RABBITMQ_MNESIA_BASE=$HOME/data RABBITMQ_LOG_BASE=$HOME/log RABBITMQ_PID_FILE=$HOME/pid
	export RABBITMQ_ENABLED_PLUGINS_FILE=$HOME/plugins RABBITMQ_CONFIG_FILE=$HOME/rabbitmq
	mkdir "$HOME"
	epmd -port $((port + 1)) -address 127.0.0.1 >/dev/null 2>&1 &
	epmd=$!
	/usr/lib/rabbitmq/bin/rabbitmq-server >"$HOME/output" 2>&1 & # the one that does not change users
	broker=$!
	for ((i = 0; i < 600; i++)); do
		! grep -qs 'Server startup complete' "$HOME"/log/*.log || return 0
		sleep 0.2
	done
	cat "$HOME/output"
	exit 2
}

# what the scripts' programs begin with: a client, a consumer of a quorum queue, and a channel beside them
cat >"$folder/begin.mjs" <<'JS'
import amqplib from 'amqplib';
import net from 'net';
import { Client } from './pulse/client.js';
import { consume } from './pulse/consumer.js';
const url = process.argv[2];
const said = () => {};
// the network between the client and the broker
const sockets = new Set();
const network = net.createServer(socket => {
	const broker = net.connect(new URL(url).port, '127.0.0.1');
	sockets.add(socket);
	socket.on('error', said).on('close', () => broker.destroy() && sockets.delete(socket));
	broker.on('error', said).on('close', () => socket.destroy());
	socket.pipe(broker).pipe(socket);
});
await new Promise(resolve => network.listen(0, '127.0.0.1', resolve));
export const loseConnections = () => sockets.forEach(socket => socket.destroy());
export const client = new Client({
	namespace: 'guest', minReconnectionInterval: 100,
	credentials: async () => ({ connectionString: `amqp://guest:guest@127.0.0.1:${network.address().port}` }),
	monitor: { log: { pulseConnected: said, pulseDisconnected: said }, info: said, warning: said, reportError: said },
});
export const connection = await amqplib.connect(url);
export const channel = await connection.createConfirmChannel();
const exchange = 'exchange/guest/things';
await channel.assertExchange(exchange, 'topic');
export const consumeBy = handler => consume({
	client, queueName: 'things', prefetch: 5, bindings: [{ exchange, routingKeyPattern: '#' }],
}, handler);
export const publish = async count => {
	for (let i = 0; i < count; i++) channel.publish(exchange, 'key', Buffer.from(JSON.stringify({ i })), { persistent: true });
	await channel.waitForConfirms();
};
export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
export const queued = async () => (await channel.checkQueue('queue/guest/things')).messageCount;
JS
