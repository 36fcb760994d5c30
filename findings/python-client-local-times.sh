#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Version: taskcluster 113.2.0 (PyPI).
# Expected: a datetime without a zone is local time in Python (so say astimezone and timestamp); as
#   JSON for Taskcluster it becomes that moment in UTC, or an error.
# Seen: its digits are kept and get a "Z": local noon becomes noon UTC. Payloads that hold datetimes and
#   fromNow with such a date both do so.
# Matters: deadlines and expiries made from datetime.now() are off by the zone's offset: hours too early
#   in America (a task that is refused or dies at once), hours too late in Asia; machines in UTC hide it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
timeout 300 python/bin/pip install -q --disable-pip-version-check taskcluster==113.2.0 mohawk==1.1.0

cat >write.py <<'PYTHON'
from datetime import datetime, timezone

import taskcluster

noon = datetime(2026, 1, 1, 12)
print("the moment:  ", noon.astimezone(timezone.utc).isoformat())
print("stringDate:  ", taskcluster.stringDate(noon))
print("in a payload:", taskcluster.utils.dumpJson({"deadline": noon}))
print("fromNow:     ", taskcluster.stringDate(taskcluster.fromNow("1 hour", noon)))
PYTHON
TZ=EST5 timeout 60 python/bin/python write.py | tee seen
diff - seen <<'TEXT'
the moment:   2026-01-01T17:00:00+00:00
stringDate:   2026-01-01T12:00:00Z
in a payload: {"deadline":"2026-01-01T12:00:00Z"}
fromNow:      2026-01-01T13:00:00Z
TEXT
