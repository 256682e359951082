#!/usr/bin/env python3
"""Writes N tickets in the import form, oldest first, for measuring.

    make_tickets.py N TEXTS [INCIDENTS] > tickets.ndjson

TEXTS are tickets with subject and body (NDJSON); they are taken in turn, as often as
needed, each time under a new number and a new time. INCIDENTS lends priority, group and
assignee by rank, where given. The pairing means nothing: it only makes a queue of the right size.
Times run from two years ago to NOW (epoch seconds, default: this hour), evenly.
"""

import json
import os
import sys
import time

LATER = ("source_ref", "registered_at", "closed_at", "resolved_at", "updated_at")


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def lend(path):
    if not path:
        return [{}]
    keys = ("priority", "group", "assignee", "channel")
    with open(path, encoding="utf-8") as lines:
        return [{k: v for k, v in json.loads(line).items() if k in keys} for line in lines] or [{}]


def main():
    count, texts = int(sys.argv[1]), sys.argv[2]
    loans = lend(sys.argv[3] if len(sys.argv) > 3 else None)
    now = int(os.environ.get("NOW", int(time.time()) // 3600 * 3600))
    with open(texts, encoding="utf-8") as lines:
        tickets = [line for line in lines if '"subject"' in line]
    span = 2 * 365 * 86400
    out = sys.stdout
    for n in range(count):
        ticket = json.loads(tickets[n % len(tickets)])
        created = now - span + span * n // count
        for key in LATER:
            ticket.pop(key, None)
        ticket.update(loans[n % len(loans)] if n % 5 else {})
        ticket["id"] = f"T-{n + 1:07d}"
        ticket["created_at"] = stamp(created)
        last = created
        for i, event in enumerate(ticket.get("events", ())):
            last = min(now, created + 600 * (i + 1))
            event["at"] = stamp(last)
        ticket["updated_at"] = stamp(last)
        out.write(json.dumps(ticket, ensure_ascii=False, separators=(",", ":")))
        out.write("\n")


if __name__ == "__main__":
    main()
