# SPDX-License-Identifier: MPL-2.0
"""Compares references/taskcluster with the tables in published clients: Python's wheels (functions and exchanges)
and Rust's crates (functions), whose files are read and not run.

    published.py TREE FILE…

A line for each difference: `+` the client has it and the references do not, `~` they differ in it, `-` only the
references have it. What conventions.json knows to be removed is no difference. The exit status is 1 where there is
a `+` or a `~`.
"""
import ast
import json
import pathlib
import re
import sys
import tarfile
import zipfile


# ---- both sides, as {service: {"functions": {name: {...}}, "exchanges": {name: {...}}}}; what a side does not tell is absent

def service_of(services, name, version):
    return services.setdefault(f"{name} {version}", {"functions": {}, "exchanges": {}})


def schema_name(name):
    return name.rstrip("#") if name else None


def function_of(entry):
    return {
        "method": entry["method"].upper(),
        "route": entry["route"],
        "arguments": entry["args"],
        "query": set(entry.get("query", [])),
        "body": schema_name(entry.get("input")),
        "reply": schema_name(entry.get("output")) if entry.get("output") != "blob" else "blob",
        "stability": entry["stability"],
    }


def routing_key(words):
    return ".".join(word.get("constant") or f"<{word['name']}{'...' if word['multipleWords'] else ''}>" for word in words)


def exchange_of(entry, prefix):
    return {
        "exchange": prefix + entry["exchange"],
        "routing key": routing_key(entry["routingKey"]),
        "message": schema_name(entry["schema"]),
    }


def read_references(tree):
    services = {}
    manifest = json.loads((tree / "references/manifest.json").read_text())
    for path in manifest["references"]:
        reference = json.loads((tree / path.lstrip("/")).read_text())
        service = service_of(services, reference["serviceName"], reference["apiVersion"])
        for entry in reference["entries"]:
            if entry["type"] == "function":
                service["functions"][entry["name"]] = function_of(entry)
            else:
                service["exchanges"][entry["name"]] = exchange_of(entry, reference["exchangePrefix"])
    return services


def read_removed(tree):
    """Which functions went, and with which release."""
    conventions = json.loads((tree / "conventions.json").read_text())
    return {
        (service, name): operation["removedIn"]
        for service, of in conventions["services"].items()
        for name, operation in of.get("operations", {}).items()
        if "removedIn" in operation
    }


# ---- Python: tables as literals

def class_constants(body):
    constants = {}
    for statement in body:
        if isinstance(statement, ast.Assign):
            try:
                constants[statement.targets[0].id] = ast.literal_eval(statement.value)
            except ValueError:
                pass  # computed: none of those that are read here
    return constants


def read_python_class(services, body):
    own = class_constants(body)
    if "serviceName" not in own:
        return
    service = service_of(services, own["serviceName"], own["apiVersion"])
    service["functions"].update((name, function_of(entry)) for name, entry in own.get("funcinfo", {}).items())
    for method in body:
        entry = class_constants(method.body).get("ref") if isinstance(method, ast.FunctionDef) else None
        if entry:
            service["exchanges"][entry["name"]] = exchange_of(entry, own["classOptions"]["exchangePrefix"])


def read_python(path):
    services = {}
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            if re.fullmatch(r"taskcluster/generated/\w+\.py", name):
                for node in ast.parse(wheel.read(name)).body:
                    if isinstance(node, ast.ClassDef):
                        read_python_class(services, node.body)
    return services


# ---- Rust: functions as its generator writes them

RUST_FUNCTION = re.compile(
    r'pub async fn (\w+)\(&self,?([^)]*)\) -> Result<(\w+|\(\)), Error> \{\s*let method = "(\w+)";'
    r'.*?fn \1_details.*?let path = (?:format!\()?"([^"]*)"(.*?)\(path, query\)', re.DOTALL)


def rust_function(match):
    _, parameters, _, method, path, rest = match.groups()
    arguments = re.findall(r"(\w+): &str", parameters)
    for name in arguments:
        path = path.replace("{}", f"<{name}>", 1)
    return {
        "method": method,
        "route": "/" + path,
        "arguments": arguments,
        "query": set(re.findall(r'\.push\(\("([^"]+)"', rest)),
        "has a body": "payload: " in parameters,
    }


def read_rust(path):
    services = {}
    with tarfile.open(path) as crate:
        for member in crate.getmembers():
            if not re.fullmatch(r"[^/]+/src/generated/\w+\.rs", member.name):
                continue
            text = crate.extractfile(member).read().decode()
            prefix = re.search(r'path_prefix\("api/([^/]+)/([^/]+)/"\)', text)
            if prefix:
                service = service_of(services, *prefix.groups())
                for match in RUST_FUNCTION.finditer(text):
                    service["functions"][match[1]] = rust_function(match)
                # what the pattern does not know must not pass as a function that went
                count = len(re.findall(r"fn \w+_details\b", text))
                if count != len(service["functions"]):
                    sys.exit(f"{path}: {member.name}: {len(service['functions'])} of {count} functions are understood")
    return services


# ---- the differences

def show(value):
    if isinstance(value, (list, set)):
        return " ".join(sorted(value) if isinstance(value, set) else value) or "none"
    return {None: "none", True: "yes", False: "no"}.get(value, value)


def set_differences(what, name, ours, theirs):
    for sign, some in ("+", theirs - ours), ("-", ours - theirs):
        for item in sorted(some):
            yield f"{sign} {name}: {what} {item}"


def entry_differences(name, ours, theirs):
    ours = {**ours, "has a body": ours.get("body") is not None}
    for what, value in theirs.items():
        if isinstance(value, set):
            yield from set_differences(what, name, ours[what], value)
        elif ours[what] != value:
            yield f"~ {name}: {what} was {show(ours[what])}, is {show(value)}"


def table_differences(kind, ours, theirs, removed):
    for name in sorted(ours | theirs):
        if name not in ours:
            about = ", ".join(f"{what} {show(value)}" for what, value in theirs[name].items() if value)
            yield f"+ {kind} {name}: {about}"
        elif name not in theirs:
            if name not in removed:
                yield f"- {kind} {name}"
        else:
            yield from entry_differences(name, ours[name], theirs[name])


def differences(ours, theirs, removed):
    nothing = {"functions": {}, "exchanges": {}}
    with_exchanges = any(service["exchanges"] for service in theirs.values())
    for service in sorted(ours | theirs):
        a, b = ours.get(service, nothing), theirs.get(service, nothing)
        gone = {name for (of, name) in removed if of == service.split()[0]}
        lines = list(table_differences("function", a["functions"], b["functions"], gone))
        if with_exchanges:
            lines += table_differences("exchange", a["exchanges"], b["exchanges"], set())
        yield from (f"{line[0]} {service}: {line[2:]}" for line in lines)


def compare(ours, removed, path):
    theirs = read_rust(path) if path.suffix == ".crate" else read_python(path)
    functions = sum(len(service["functions"]) for service in theirs.values())
    exchanges = sum(len(service["exchanges"]) for service in theirs.values())
    print(f"{path.name}: {len(theirs)} services, {functions} functions, {exchanges} exchanges")
    if not functions:
        sys.exit(f"{path}: has no functions, or has them otherwise than expected")
    lines = list(differences(ours, theirs, removed))
    for line in lines or ["no difference"]:
        print("  " + line)
    known = [f"{service}.{name} ({release})" for (service, name), release in sorted(removed.items())
             if not any(name in of["functions"] for key, of in theirs.items() if key.split()[0] == service)]
    if known:
        print("  known to be removed: " + ", ".join(known))
    return any(line[0] in "+~" for line in lines)


def main(tree, *paths):
    ours, removed = read_references(pathlib.Path(tree)), read_removed(pathlib.Path(tree))
    newer = [compare(ours, removed, pathlib.Path(path)) for path in paths]
    return 1 if any(newer) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
