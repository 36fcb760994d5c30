#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: client-go 83.1.0 (Go module github.com/taskcluster/taskcluster/v83). Release 106.0.0 was seen to
#   send the space as a space.
# Expected: an argument that is part of the path comes to the service as it was given.
# Seen: a space goes out as "+", which stands for a space in a query only: in a path it is a plus sign. The
#   artifact "public/a b" is created, and found, as "public/a+b"; a real plus (%2B) ends as the same name.
# Matters: such artifacts have another name for every other client, and two names can meet in one.
set -euo pipefail
pins=$(cd "$(dirname "$0")/../tests/bench/peers/go" && pwd) # versions and checksums
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/program"
cd "$folder/program"
cp "$pins/go.mod" "$pins/go.sum" .

cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	tcclient "github.com/taskcluster/taskcluster/v83/clients/client-go"
	"github.com/taskcluster/taskcluster/v83/clients/client-go/tcqueue"
)

func serve(w http.ResponseWriter, r *http.Request) {
	_, sent, _ := strings.Cut(r.URL.EscapedPath(), "/artifacts/")
	_, meant, _ := strings.Cut(r.URL.Path, "/artifacts/")
	fmt.Printf("%s, which is %s\n", sent, meant)
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"storageType": "reference"}`)
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	queue := tcqueue.New(&tcclient.Credentials{ClientID: "a", AccessToken: "b"}, server.URL)
	request := tcqueue.PostArtifactRequest(json.RawMessage(`{"storageType": "reference"}`))
	for _, name := range []string{"public/a b", "public/a+b"} {
		_, err := queue.CreateArtifact("fN1SbArXTPSVFNUvaOlinQ", "0", name, &request)
		if err != nil {
			fmt.Println(err)
		}
	}
}
GO
export GOPATH=$folder/go GOFLAGS=-modcacherw
timeout 900 go build -o program . >build 2>&1 || (tail build && false)
timeout 60 ./program | tee seen
diff - seen <<'TEXT'
public%2Fa+b, which is public/a+b
public%2Fa%2Bb, which is public/a+b
TEXT
