#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: hawk-go of 2016-10-26 (Go module github.com/tent/hawk-go, what Taskcluster's Go client signs with),
#   hawk 9.0.2 (npm).
# Expected: its server takes what its client signs: the request as it goes over the wire.
# Seen: the client signs the escaped path, the server checks the decoded one: each path with an escape is "invalid
#   MAC", in a header and in a signed URL. hawk's own server takes the same requests.
# Matters: every artifact name has an escaped slash (public%2Flog), so that a stand-in for the services, or a
#   proxy, made with the client's own library refuses nearly all real calls; tests with plain paths pass.
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

cat >server.mjs <<'NODE'
import hawk from 'hawk';
import { createServer } from 'http';
const credentials = { id: 'tester', key: 'no-secret', algorithm: 'sha256' };
const server = createServer(async (request, reply) => {
	const check = request.headers.authorization ? 'authenticate' : 'authenticateBewit';
	reply.end(await hawk.server[check](request, () => credentials).then(() => 'valid', (error) => error.message));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
NODE
cat >main.go <<'GO'
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/tent/hawk-go"
)

var tester = hawk.Credentials{ID: "tester", Key: "no-secret", Hash: sha256.New}

func lookUp(credentials *hawk.Credentials) error {
	*credentials = tester
	return nil
}

func serve(w http.ResponseWriter, r *http.Request) {
	auth, err := hawk.NewAuthFromRequest(r, lookUp, nil)
	if err == nil {
		err = auth.Valid()
	}
	if err != nil {
		fmt.Fprint(w, err)
		return
	}
	fmt.Fprint(w, "valid")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func ask(request *http.Request) string {
	reply, err := http.DefaultClient.Do(request)
	must(err)
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	must(err)
	return string(text)
}

// The verdicts of a server on a signed request and on a signed URL.
func verdicts(url string) (string, string) {
	request, err := http.NewRequest("GET", url, nil)
	must(err)
	request.Header.Set("Authorization", hawk.NewRequestAuth(request, &tester, 0).RequestHeader())
	auth, err := hawk.NewURLAuth(url, &tester, time.Hour)
	must(err)
	signed, err := http.NewRequest("GET", url+"?bewit="+auth.Bewit(), nil)
	must(err)
	return ask(request), ask(signed)
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	for _, path := range []string{"/artifacts/log", "/artifacts/public%2Flog"} {
		for _, peer := range [][2]string{{"hawk-go", server.URL}, {"hawk", "http://127.0.0.1:" + os.Args[1]}} {
			header, bewit := verdicts(peer[1] + path)
			fmt.Printf("%s, server %s: header: %s, signed URL: %s\n", path, peer[0], header, bewit)
		}
	}
}
GO
export GOPATH=$folder/go GOFLAGS=-modcacherw
{
	go mod init example.com/check &&
		timeout 300 go get github.com/tent/hawk-go@v0.0.0-20161026210932-d341ea318957 &&
		timeout 300 go build -o check .
} >build 2>&1 || (tail build && false)
timeout 120 node server.mjs >port &
server=$!
for _ in {1..50}; do
	[[ ! -s port ]] || break
	sleep 0.1
done
timeout 60 ./check "$(cat port)" | tee seen
diff - seen <<'TEXT'
/artifacts/log, server hawk-go: header: valid, signed URL: valid
/artifacts/log, server hawk: header: valid, signed URL: valid
/artifacts/public%2Flog, server hawk-go: header: hawk: invalid MAC, signed URL: hawk: invalid MAC
/artifacts/public%2Flog, server hawk: header: valid, signed URL: valid
TEXT
