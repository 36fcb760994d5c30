#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: gojsonschema 1.2.0 (Go module github.com/xeipuuv/gojsonschema).
# Expected: it compares numbers as they are written, with whatever precision that needs, as its `maximum` does;
#   and a whole number is one, as 2 or as 2.0 ("type": "integer" says so here).
# Seen: const, enum and uniqueItems compare by way of a double: beyond 2^53 a number equals its neighbour, so
#   that a wrong one is valid and a list of different ones is not. And "maxLength": 2.0 is no schema at all.
# Matters: sizes and ids beyond 2^53, and schemas that a program wrote (a float that is whole), have other
#   verdicts in Taskcluster's Go programs than the schema says.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/xeipuuv/gojsonschema"
)

func main() {
	for _, pair := range [][2]string{
		{`{"maximum": 9007199254740992}`, `9007199254740993`},
		{`{"const": 9007199254740992}`, `9007199254740993`},
		{`{"enum": [9007199254740992]}`, `9007199254740993`},
		{`{"uniqueItems": true}`, `[9007199254740992, 9007199254740993]`},
		{`{"type": "integer"}`, `2.0`},
		{`{"maxLength": 2.0}`, `"ab"`},
	} {
		result, err := gojsonschema.Validate(gojsonschema.NewStringLoader(pair[0]), gojsonschema.NewStringLoader(pair[1]))
		if err != nil {
			fmt.Println(pair[0], pair[1], "error:", err)
			continue
		}
		fmt.Println(pair[0], pair[1], "valid:", result.Valid())
	}
}
GO
export GOPATH=$folder/go GOFLAGS=-modcacherw
{
	go mod init example.com/check && timeout 300 go get github.com/xeipuuv/gojsonschema@v1.2.0 &&
		timeout 300 go build -o check .
} >build 2>&1 || (tail build && false)
timeout 60 ./check | tee seen
diff - seen <<'TEXT'
{"maximum": 9007199254740992} 9007199254740993 valid: false
{"const": 9007199254740992} 9007199254740993 valid: true
{"enum": [9007199254740992]} 9007199254740993 valid: true
{"uniqueItems": true} [9007199254740992, 9007199254740993] valid: false
{"type": "integer"} 2.0 valid: true
{"maxLength": 2.0} "ab" error: maxLength must be of an integer
TEXT
