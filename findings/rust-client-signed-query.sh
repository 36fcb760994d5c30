#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: taskcluster 114.0.0 (crate), checked by hawk 9.0.2 (npm), which Taskcluster's services use. Built
#   here: some minutes.
# Expected: a client with credentials may give a call's optional query, as the second page of any list needs.
# Seen: it signs the path without the query, and the server refuses the request: "Bad mac". Hawk's resource is
#   the path with the query. Without a query, and in the signed URLs of the same client, all is well.
# Matters: with credentials no list goes beyond its first page, and every filter (a limit, `quarantined`,
#   a prefix) is a 401, which reads like a wrong token.
set -euo pipefail
folder=$(mktemp -d)
server=
finish() {
	[[ -z $server ]] || kill "$server" 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT
cd "$folder"
timeout 300 npm install --silent --no-audit --no-fund --prefix . hawk@9.0.2 >npm.log

cat >Cargo.toml <<'TOML'
[package]
name = "ask"
version = "0.1.0"
edition = "2021"
[[bin]]
name = "ask"
path = "ask.rs"
[dependencies]
taskcluster = "=114.0.0"
hawk = "=5.0.1"
reqwest = "=0.13.5"
tokio = { version = "=1.54.1", features = ["rt", "macros"] }
[profile.dev]
debug = false
TOML
cat >ask.rs <<'RUST'
use std::time::Duration;
use taskcluster::{ClientBuilder, Credentials, Queue, Retry};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let root_url = std::env::args().nth(1).expect("a root URL");
    let client = ClientBuilder::new(root_url)
        .credentials(Credentials::new("tester", "no-secret"))
        .retry(Retry { retries: 0, ..Retry::default() });
    let queue = Queue::new(client).expect("a client");
    let group = "fN1SbArXTPSVFNUvaOlinQ";
    for limit in [None, Some("5")] {
        let verdict = match queue.listTaskGroup(group, None, limit).await {
            Ok(_) => "answered".to_string(),
            Err(error) => error.to_string(),
        };
        println!("limit {limit:?}: {verdict}");
    }
    let url = queue
        .listTaskGroup_signed_url(group, None, Some("5"), Duration::from_secs(60))
        .expect("a signed URL");
    let status = reqwest::get(url).await.expect("a reply").status();
    println!("a signed URL with the query: {}", status.as_u16());
}
RUST
cat >server.mjs <<'NODE'
import hawk from 'hawk';
import { createServer } from 'http';
const credentials = { id: 'tester', key: 'no-secret', algorithm: 'sha256' };
const server = createServer(async (request, reply) => {
	const check = request.headers.authorization ? 'authenticate' : 'authenticateBewit';
	const refused = await hawk.server[check](request, () => credentials).then(() => null, (error) => error.message);
	reply.writeHead(refused ? 401 : 200, { 'content-type': 'application/json' });
	reply.end(JSON.stringify(refused ? { message: refused } : { tasks: [] }));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
NODE
CARGO_HOME=$folder/cargo CARGO_TARGET_DIR=$folder/target timeout 1200 cargo build >build 2>&1 || (tail build && false)
timeout 120 node server.mjs >port &
server=$!
for _ in {1..50}; do
	[[ ! -s port ]] || break
	sleep 0.1
done
timeout 60 target/debug/ask "http://127.0.0.1:$(cat port)" | tee seen
diff - seen <<'TEXT'
limit None: answered
limit Some("5"): Bad mac
a signed URL with the query: 200
TEXT
