#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What published.py makes of clients that differ from references in each way: small ones, written here.
set -euo pipefail
command -v python3 >/dev/null || {
	echo "skipped: python3 is absent"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$work" <<'PYTHON'
import io, json, pathlib, sys, tarfile, zipfile

work = pathlib.Path(sys.argv[1])
WORDS = [{"name": "routingKeyKind", "constant": "primary", "multipleWords": False}, {"name": "name", "multipleWords": False}]


def function(name, **more):
    return {"type": "function", "name": name, "method": "get", "route": f"/{name}/<id>", "args": ["id"],
            "query": ["limit"], "output": "v1/reply.json#", "stability": "stable", **more}


def exchange(name, **more):
    return {"type": "topic-exchange", "name": name, "exchange": name, "routingKey": WORDS, "schema": "v1/message.json#", **more}


def write(path, value):
    path = work / "tree" / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def write_tree():
    functions = [function("same"), function("gone"), function("removed"), function("post", method="post", input="v1/body.json#"),
                 function("moved"), function("keys", query=["old", "limit"]), function("words"), function("answer")]
    exchanges = [exchange("same"), exchange("gone"), exchange("longer")]
    write("references/manifest.json", {"references": ["/references/a/v1/api.json", "/references/a/v1/exchanges.json"]})
    write("references/a/v1/api.json", {"serviceName": "a", "apiVersion": "v1", "entries": functions})
    write("references/a/v1/exchanges.json",
          {"serviceName": "a", "apiVersion": "v1", "exchangePrefix": "exchange/a/v1/", "entries": exchanges})
    write("conventions.json", {"services": {"a": {"operations": {"removed": {"removedIn": "9"}, "same": {"since": "1"}}}}})


def write_wheel(name, functions, exchanges):
    methods = "".join(f"    def {e['name']}(self):\n        ref = {e!r}\n        return self.make(ref)\n" for e in exchanges)
    text = ("class A(Base):\n    classOptions = {'exchangePrefix': 'exchange/a/v1/'}\n    serviceName = 'a'\n    apiVersion = 'v1'\n"
            f"    other = computed()\n{methods}    funcinfo = {({f['name']: f for f in functions})!r}\n")
    with zipfile.ZipFile(work / name, "w") as wheel:
        wheel.writestr("taskcluster/generated/a.py", text)
        wheel.writestr("taskcluster/client.py", "not Python")


def write_crate(name, functions):
    body = ""
    for f, details in functions.items():
        head = "POST" if f == "post" else "GET"
        payload = ", payload: &Value" if f == "post" else ""
        body += (f'    pub async fn {f}(&self, id: &str{payload}, limit: Option<&str>) -> Result<Value, Error> {{\n        let method = "{head}";\n'
                 f'    }}\n    fn {f}_details<\'a>(id: &\'a str) -> () {{\n{details}\n        (path, query)\n    }}\n')
    text = f'.path_prefix("api/a/v1/")\n{body}'.encode()
    with tarfile.open(work / name, "w:gz") as crate:
        member = tarfile.TarInfo("taskcluster-9/src/generated/a.rs")
        member.size = len(text)
        crate.addfile(member, io.BytesIO(text))


def details(name, key="limit"):
    return f'        let path = format!("{name}/{{}}", urlencode(id));\n        query.push(("{key}", q));'


write_tree()
kept = [function("same"), function("post", method="post", input="v1/body.json#"), function("moved"),
        function("keys", query=["old", "limit"]), function("words"), function("answer")]
write_wheel("same.whl", kept + [function("gone"), function("removed")], [exchange("same"), exchange("gone"), exchange("longer")])
write_wheel("older.whl", kept, [exchange("same"), exchange("longer")])
write_wheel("newer.whl", [function("same"), function("post", method="put", input="v1/body.json#"), function("moved", route="/to/<id>"),
                          function("keys", query=["limit", "new"]), function("words", args=["name"], route="/words/<name>"),
                          function("answer", output="v1/other.json#", stability="deprecated"), function("fresh", args=[], route="/fresh")],
            [exchange("same"), exchange("longer", routingKey=WORDS + [{**WORDS[1], "multipleWords": True}]), exchange("fresh", routingKey=WORDS[:1])])
write_crate("same.crate", {name: details(name) for name in ("same", "gone", "post", "moved", "words", "answer")}
            | {"keys": details("keys") + '\n        query.push(("old", q));'})
write_crate("newer.crate", {name: details(name) for name in ("same", "gone", "words", "answer")}
            | {"post": details("post"), "moved": details("to"), "keys": details("keys", "new"), "fresh": details("fresh")})
write_crate("strange.crate", {"same": "        let path = made_up();"})
PYTHON

# expect STATUS CLIENT, and the output from standard input
expect() {
	local status=0 out expected
	out=$(python3 tests/interop/published.py "$work/tree" "$work/$2" 2>&1) || status=$?
	expected=$(cat)
	[[ $status == "$1" && $out == "$expected" ]] || {
		echo "$2: status $status; expected $1 and"
		diff <(echo "$expected") <(echo "$out")
		exit 1
	}
}

expect 0 same.whl <<'TEXT'
same.whl: 1 services, 8 functions, 3 exchanges
  no difference
TEXT
expect 0 older.whl <<'TEXT'
older.whl: 1 services, 6 functions, 2 exchanges
  - a v1: function gone
  - a v1: exchange gone
  known to be removed: a.removed (9)
TEXT
expect 1 newer.whl <<'TEXT'
newer.whl: 1 services, 7 functions, 3 exchanges
  ~ a v1: answer: reply was v1/reply.json, is v1/other.json
  ~ a v1: answer: stability was stable, is deprecated
  + a v1: function fresh: method GET, route /fresh, query limit, reply v1/reply.json, stability stable
  - a v1: function gone
  + a v1: keys: query new
  - a v1: keys: query old
  ~ a v1: moved: route was /moved/<id>, is /to/<id>
  ~ a v1: post: method was POST, is PUT
  ~ a v1: words: route was /words/<id>, is /words/<name>
  ~ a v1: words: arguments was id, is name
  + a v1: exchange fresh: exchange exchange/a/v1/fresh, routing key primary, message v1/message.json
  - a v1: exchange gone
  ~ a v1: longer: routing key was primary.<name>, is primary.<name>.<name...>
  known to be removed: a.removed (9)
TEXT
expect 0 same.crate <<'TEXT'
same.crate: 1 services, 7 functions, 0 exchanges
  no difference
  known to be removed: a.removed (9)
TEXT
expect 1 newer.crate <<'TEXT'
newer.crate: 1 services, 8 functions, 0 exchanges
  + a v1: function fresh: method GET, route /fresh/<id>, arguments id, query limit
  + a v1: keys: query new
  - a v1: keys: query limit
  - a v1: keys: query old
  ~ a v1: moved: route was /moved/<id>, is /to/<id>
  known to be removed: a.removed (9)
TEXT
expect 1 strange.crate <<TEXT
$work/strange.crate: taskcluster-9/src/generated/a.rs: 0 of 1 functions are understood
TEXT
