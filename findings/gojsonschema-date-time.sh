#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Versions: gojsonschema 1.2.0 (Go module github.com/xeipuuv/gojsonschema), ajv 8.20.0 with ajv-formats 2.1.1 (npm).
#   Taskcluster's workers check payloads by the first, its services tasks and messages by the others.
# Expected: "format": "date-time" is RFC 3339's date-time and concerns strings only, so that both agree.
# Seen: gojsonschema takes a day and a time of day for date-times too, and a fraction after a comma; it refuses
#   a leap second and the small letters that the RFC allows; and a number, which no format concerns, is invalid.
# Matters: an artifact's `expires` of "2027-01-01", or "12:00:00", passes the check of the payload, which tells
#   its author nothing, and the code behind the check gets what the schema promised to keep from it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 300 npm install --silent --no-audit --no-fund --prefix . ajv@8.20.0 ajv-formats@2.1.1 >npm.log

cat >values.json <<'JSON'
["2026-01-01T00:00:00Z", "2026-01-01", "12:00:00", "2026-01-01T00:00:00,5Z", "2026-01-01t00:00:00z",
	"2016-12-31T23:59:60Z", 5]
JSON
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/xeipuuv/gojsonschema"
)

func main() {
	var values []json.RawMessage
	text, _ := os.ReadFile("values.json")
	if err := json.Unmarshal(text, &values); err != nil {
		panic(err)
	}
	schema := gojsonschema.NewStringLoader(`{"format": "date-time"}`)
	for _, value := range values {
		result, err := gojsonschema.Validate(schema, gojsonschema.NewBytesLoader(value))
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: gojsonschema %v\n", value, result.Valid())
	}
}
GO
cat >check.cjs <<'NODE'
const Ajv = require('ajv').default;
const ajv = new Ajv({ strict: false });
require('ajv-formats')(ajv);
const valid = ajv.compile({ format: 'date-time' });
for (const value of require('./values.json')) console.log(`ajv ${valid(value)}`);
NODE
export GOPATH=$folder/go GOFLAGS=-modcacherw
{
	go mod init example.com/check && timeout 300 go get github.com/xeipuuv/gojsonschema@v1.2.0 &&
		timeout 300 go build -o check .
} >build 2>&1 || (tail build && false)
timeout 60 ./check >go.out
timeout 60 node check.cjs >node.out
paste -d '|' go.out node.out | sed 's/|/, /' | tee seen
diff - seen <<'TEXT'
"2026-01-01T00:00:00Z": gojsonschema true, ajv true
"2026-01-01": gojsonschema true, ajv false
"12:00:00": gojsonschema true, ajv false
"2026-01-01T00:00:00,5Z": gojsonschema true, ajv false
"2026-01-01t00:00:00z": gojsonschema false, ajv true
"2016-12-31T23:59:60Z": gojsonschema false, ajv true
5: gojsonschema false, ajv true
TEXT
