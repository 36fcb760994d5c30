# SPDX-License-Identifier: MPL-2.0
# The other side of client.js for the Python client (PyPI taskcluster): one question and one answer a
# line, both JSON. Its argument is "sync" or "aio": the package has two clients.
import asyncio
import importlib
import inspect
import json
import sys
from datetime import datetime
from importlib.metadata import version

import taskcluster
import taskcluster.download
import taskcluster.upload

clients = importlib.import_module("taskcluster.aio" if sys.argv[1:] == ["aio"] else "taskcluster")


def settled(value):
    return asyncio.run(settle(value)) if inspect.isawaitable(value) else value


async def settle(value):
    return await value


def options(question):
    chosen = {"rootUrl": question["rootUrl"]}
    if question.get("credentials"):
        chosen["credentials"] = dict(question["credentials"])
    if "authorizedScopes" in question:
        chosen["authorizedScopes"] = question["authorizedScopes"]
    if "retries" in question:
        chosen["maxRetries"] = question["retries"]
    return chosen


def service(question, name=None, package=clients):
    return getattr(package, name or question["service"])(options(question))


def date(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def call(question):
    method = getattr(service(question), question["method"])
    named = {"query": question["query"]} if "query" in question else {}
    if "pages" in question:
        pages = []
        named["paginationHandler"] = pages.append
        named["paginationLimit"] = question["pages"]
    if not named:
        inputs = [question["payload"]] if "payload" in question else []
        return settled(method(*question["args"], *inputs))
    if "payload" in question:
        named["payload"] = question["payload"]
    reply = settled(method(*question["args"], **named))
    return pages if "pages" in question else reply


def temporary(question):
    issuer = question["credentials"]
    made = taskcluster.createTemporaryCredentials(
        issuer["clientId"],
        issuer["accessToken"],
        date(question["start"]),
        date(question["expiry"]),
        question["scopes"],
        name=question.get("name"),
    )
    return {name: taskcluster.utils.toStr(text) for name, text in made.items()}


def signed_url(question):
    keywords = {"expiration": question["expiration"]}
    if "query" in question:
        # arguments and keywords exclude each other there
        names = service(question).funcinfo[question["method"]]["args"]
        keywords["params"] = dict(zip(names, question["args"]))
        keywords["query"] = question["query"]
        question["args"] = []
    return service(question).buildSignedUrl(question["method"], *question["args"], **keywords)


def upload(question):
    data = question["data"].encode()
    taskcluster.upload.uploadFromBuf(
        projectId=question["projectId"],
        name=question["name"],
        contentType=question["contentType"],
        contentLength=len(data),
        expires=date(question["expires"]),
        uploadId=question.get("uploadId"),
        maxRetries=1,
        objectService=service(question, "Object", taskcluster),
        data=data,
    )


def download(question):
    data, content_type = taskcluster.download.downloadToBuf(
        name=question["name"],
        maxRetries=1,
        objectService=service(question, "Object", taskcluster),
    )
    return {"data": bytes(data).decode(), "contentType": content_type}


def download_artifact(question):
    data, content_type = taskcluster.download.downloadArtifactToBuf(
        taskId=question["taskId"],
        name=question["name"],
        maxRetries=1,
        queueService=service(question, "Queue", taskcluster),
    )
    return {"data": bytes(data).decode(), "contentType": content_type}


def seen(reply):
    """A reply that is no JSON is a response of the HTTP library in a dictionary."""
    if isinstance(reply, dict) and "response" in reply and not isinstance(reply["response"], dict):
        response = reply["response"]
        status = getattr(response, "status_code", None) or response.status
        return {"status": status, "location": response.headers.get("Location")}
    return reply


def answer(question):
    try:
        return {"ok": seen(doings[question["do"]](question))}
    except Exception as error:
        body = getattr(error, "body", None) or {}
        return {
            "error": {
                "kind": type(error).__name__,
                "status": getattr(error, "status_code", None),
                "code": body.get("code"),
                "reason": getattr(error, "reason", None),
                "message": str(error),
            }
        }


doings = {
    "call": call,
    "temporary": temporary,
    "signedUrl": signed_url,
    "upload": upload,
    "download": download,
    "downloadArtifact": download_artifact,
}
print(json.dumps({"ready": True, "version": version("taskcluster")}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=str), flush=True)
