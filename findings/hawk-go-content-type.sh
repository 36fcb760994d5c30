#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: hawk-go of 2016-10-26 (Go module github.com/tent/hawk-go), mohawk 1.1.0 (PyPI), hawk 9.0.2 (npm).
# Expected: the hash of a payload is one for all: Hawk takes the content type without its parameters and in
#   small letters.
# Seen: hawk-go hashes the header as it is given. For "application/json" all three agree; with a charset, or a
#   capital, it stands alone.
# Matters: a Go program that gives its request's own Content-Type, "application/json; charset=utf-8", signs a hash
#   that the services, which check by hawk, do not find. The header has to be cut by the caller.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check mohawk==1.1.0
timeout 300 npm install --silent --no-audit --no-fund --prefix . hawk@9.0.2 >npm.log

printf '%s\n' 'application/json' 'application/json; charset=utf-8' 'Application/JSON' >types
cat >hash.mjs <<'NODE'
import hawk from 'hawk';
import { readFileSync } from 'fs';
for (const type of readFileSync('types', 'utf8').trimEnd().split('\n'))
	console.log(hawk.crypto.calculatePayloadHash('{}', 'sha256', type));
NODE
cat >hash.py <<'PYTHON'
from mohawk.util import calculate_payload_hash

for kind in open("types").read().splitlines():
    print(calculate_payload_hash("{}", "sha256", kind).decode())
PYTHON
cat >main.go <<'GO'
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"

	"github.com/tent/hawk-go"
)

func main() {
	auth := hawk.Auth{Credentials: hawk.Credentials{ID: "tester", Key: "no-secret", Hash: sha256.New}}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		hash := auth.PayloadHash(lines.Text())
		hash.Write([]byte("{}"))
		auth.SetHash(hash)
		fmt.Println(base64.StdEncoding.EncodeToString(auth.Hash))
	}
}
GO
export GOPATH=$folder/go GOFLAGS=-modcacherw
{
	go mod init example.com/check &&
		timeout 300 go get github.com/tent/hawk-go@v0.0.0-20161026210932-d341ea318957 &&
		timeout 300 go build -o check .
} >build 2>&1 || (tail build && false)
timeout 60 node hash.mjs >hawk.out
timeout 60 python/bin/python hash.py >mohawk.out
timeout 60 ./check <types >hawk-go.out
paste -d '\t' types hawk.out mohawk.out hawk-go.out | while IFS=$'\t' read -r type hawk mohawk go; do
	[[ $mohawk == "$hawk" ]] && python=the\ same || python=another
	[[ $go == "$hawk" ]] && go=the\ same || go=another
	echo "$type: mohawk has $python hash as hawk, hawk-go $go"
done | tee seen
diff - seen <<'TEXT'
application/json: mohawk has the same hash as hawk, hawk-go the same
application/json; charset=utf-8: mohawk has the same hash as hawk, hawk-go another
Application/JSON: mohawk has the same hash as hawk, hawk-go another
TEXT
