#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The chain of trust in the shell: keys are made, and certificates verified that were signed by OpenSSL.
. tests/cli/check.sh
exec </dev/null
[[ -x ${TC_SANDBOX:-} ]] && command -v openssl >/dev/null || exit 77
unset TASK_ID RUN_ID
here=$PWD

# keys, without any server
umask 022
run 0 chain-of-trust create-key "$folder/key"
silent
key=$out
[[ $key =~ ^[A-Za-z0-9+/]{43}=$ ]] || fail "a public key"
[[ $(stat -c '%a %s' "$folder/key") == '600 44' ]] || fail "a file of 44 bytes for its user"
lacks "$(<"$folder/key")"
run 1 chain-of-trust create-key "$folder/key"
tells 'cannot be made: File exists'
run 1 chain-of-trust create-key "$folder/no/key"
tells 'No such file'
run 2 chain-of-trust create-key
run 2 chain-of-trust create-key a b
run 2 chain-of-trust
tells 'chain-of-trust needs a command'
run 2 chain-of-trust verfy
tells 'did you mean verify?'
run 0 chain-of-trust verify --help
has 'Nothing that is not verified stays in FOLDER'

# OpenSSL has the same key from the same seed
seed_to_pem() {
	{
		printf '\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20'
		base64 -d "$1"
	} | openssl pkey -inform DER -out "$2"
}
seed_to_pem "$folder/key" "$folder/key.pem"
[[ $(openssl pkey -in "$folder/key.pem" -pubout -outform DER | tail -c 32 | base64) == "$key" ]] ||
	fail "OpenSSL has another public key"

start_sandbox --credentials tester:never-to-be-printed-0123456789
cd "$folder"

task=$("$TC_CLI" slugid)
run 0 api queue createTask "$task" <<<"{
	\"taskQueueId\": \"test/cli\", \"payload\": {\"a\": 1.50, \"b\": \"<&>\"}, \"scopes\": [\"a:b\"],
	\"created\": \"$("$TC_CLI" from-now 0 s)\", \"deadline\": \"$("$TC_CLI" from-now 1 hour)\",
	\"metadata\": {\"name\": \"n\", \"description\": \"d\", \"owner\": \"a@example.com\",
		\"source\": \"https://example.com\"}}"
run 0 api queue claimWork test/cli <<<'{"tasks": 1, "workerGroup": "g", "workerId": "w"}'
run 0 api queue task "$task"
definition=$out

# certify RUN NAME SUM…: as some worker would
certify() {
	local run=$1 artifacts=
	shift
	while (($#)); do
		artifacts+=${artifacts:+,}"\"$1\":{\"sha256\":\"$2\"}"
		shift 2
	done
	printf '{"chainOfTrustVersion":1,"artifacts":{%s},"task":%s,"taskId":"%s","runId":%s,"workerGroup":"g","workerId":"w"}' \
		"$artifacts" "$definition" "$task" "$run" >certificate
	openssl pkeyutl -sign -rawin -inkey key.pem -in certificate -out signature
	run 0 artifact upload "$task" 0 public/chain-of-trust.json certificate --quiet
	run 0 artifact upload "$task" 0 public/chain-of-trust.json.sig signature --quiet
}

printf 'some text\n' >a.txt
head -c 300000 /dev/urandom >b.bin
a=$(sha256sum <a.txt) a=${a%% *} b=$(sha256sum <b.bin) b=${b%% *}
run 0 artifact upload "$task" 0 public/a.txt a.txt --quiet
run 0 artifact upload "$task" 0 public/deep/b.bin b.bin --quiet
run 0 artifact upload "$task" 0 public/uncovered a.txt --quiet
certify 0 public/a.txt "$a" public/deep/b.bin "$b"

# what holds
run 0 chain-of-trust verify "$task" --public-key "$key"
silent
[[ $(sort <<<"$out") == "verified public/a.txt: 10 bytes, sha256 $a
verified public/deep/b.bin: 300000 bytes, sha256 $b" ]] || fail "a line for each"
run 0 chain-of-trust verify "$task" public/a.txt --public-key "$key" --run 0 --quiet -o out/here
is ''
cmp -s a.txt out/here/public/a.txt || fail "another a.txt"
[[ $(find out -type f) == out/here/public/a.txt ]] || fail "more than was asked for: $(find out)"
run 0 chain-of-trust verify "$task" public/a.txt --public-key "$key" --json
is "{\"name\":\"public/a.txt\",\"verified\":true,\"contentLength\":10,\"sha256\":\"$a\"}"

# keys in files
other=$("$TC_CLI" chain-of-trust create-key other)
printf '# ours\n\n  %s \r\n%s' "$other" "$key" >keys
run 0 chain-of-trust verify "$task" public/a.txt --public-key-file keys
run 1 chain-of-trust verify "$task" public/a.txt --public-key "$other"
tells 'the signature is of none of the 1 keys that are trusted'
tells '1 fault was found'
run 1 chain-of-trust verify "$task" public/a.txt --public-key "$other" --json -o no
has '{"verified":false,"problem":"public/chain-of-trust.json of task '
[[ ! -e no ]] || fail "a folder was made"
printf '# none\n' >none
run 2 chain-of-trust verify "$task" --public-key-file none
tells 'none has no public key'
run 2 chain-of-trust verify "$task" --public-key-file nowhere
run 2 chain-of-trust verify "$task"
tells 'whom do you trust?'
run 2 chain-of-trust verify "$task" --public-key AAAA
tells 'public_keys[0] is AAAA; expected the base64'
run 2 chain-of-trust verify --public-key "$key"
run 2 chain-of-trust verify "$task" '' --public-key "$key"
run 2 chain-of-trust verify "$task" --run x --public-key "$key"
run 2 chain-of-trust verify "$task" --public-key "$key" -o ''
run 1 chain-of-trust verify "$task" --run 1 --public-key "$key"

# what does not hold is told, each
run 1 chain-of-trust verify "$task" public/a.txt public/uncovered public/none --public-key "$key" -o faulty
has 'verified public/a.txt'
tells 'public/uncovered: the certificate does not cover it'
tells 'public/none: the certificate does not cover it'
ends_with "taskcluster: the artifacts of task $task, run 0 do not hold: 2 faults were found"
certify 0 public/a.txt "$b" public/deep/b.bin "$b" public/gone "$a"
run 1 chain-of-trust verify "$task" --public-key "$key" -o faulty2
is "verified public/deep/b.bin: 300000 bytes, sha256 $b"
tells 'public/a.txt: artifact public/a.txt of task'
tells 'its bytes have the sha256'
tells 'public/gone: artifact public/gone of task'
[[ $(find faulty2 -type f) == faulty2/public/deep/b.bin ]] || fail "left-overs: $(find faulty2 -type f)"
certify 1 public/a.txt "$a"
run 1 chain-of-trust verify "$task" --public-key "$key"
tells "the certificate is of task $task, run 1; expected task $task, run 0"
certify 0
definition=${definition/'"a:b"'/'"a:*"'}
certify 0 public/a.txt "$a"
run 1 chain-of-trust verify "$task" --public-key "$key"
tells "/task/scopes has another value there"
cd "$here"
