"""A first sync of everything, beside what a plain sequential client needs for the same.

    full_sync.py PROGRAM        (DESKHAND_RT, DESKHAND_RT_TOKEN)

The plain client asks for the pages of tickets, then for each ticket its history and its attachments,
one request after the other. Both keep what they get: the program in its store, the client in memory.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request

URL, TOKEN = os.environ["DESKHAND_RT"], os.environ["DESKHAND_RT_TOKEN"]
FIELDS = "Subject,Status,Owner,Queue,Requestor,CustomFields,Priority,Due,Resolved,Created,LastUpdated,SLA"


class Plain:
    """A client as one would write it first."""

    def __init__(self):
        self.requests = self.bytes = 0

    def get(self, path):
        request = urllib.request.Request(f"{URL}/REST/2.0/{path}", headers={"Authorization": f"token {TOKEN}"})
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        self.requests += 1
        self.bytes += len(body)
        return json.loads(body)

    def sync(self):
        page, keys = 1, []
        while True:
            got = self.get(f"tickets?query=id>0&orderby=id&per_page=100&page={page}&fields={FIELDS}")
            keys += [t["id"] for t in got["items"]]
            if not got.get("next_page"):
                break
            page += 1
        for key in keys:
            self.get(f"ticket/{key}/history?per_page=100&fields=Type,Creator,Created,Field,OldValue,NewValue,Data")
            self.get(f"ticket/{key}/attachments?per_page=100&fields=TransactionId,ContentType,Filename,Content")
        return len(keys)


def timed(work):
    begun = time.monotonic()
    done = work()
    return done, time.monotonic() - begun


def program(folder, *args):
    base = [sys.argv[1], "--data-dir", f"{folder}/data", "--config-dir", f"{folder}/config"]
    return subprocess.run([*base, *args], check=True, capture_output=True, text=True, input=TOKEN).stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        program(folder, "connect", "rt", "--url", URL, "--token-stdin", "--yes")
        first, wall = timed(lambda: json.loads(program(folder, "sync", "--once", "--json")))
        nothing, again = timed(lambda: json.loads(program(folder, "sync", "--once", "--json")))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"deskhand: {wall:.1f} s, peak {peak:.0f} MiB, {json.dumps(first)}")
        print(f"again:    {again:.1f} s, {json.dumps(nothing)}")
    plain = Plain()
    tickets, wall = timed(plain.sync)
    print(f"plain:    {wall:.1f} s, {tickets} tickets, {plain.requests} requests, {plain.bytes} bytes")


if __name__ == "__main__":
    main()
