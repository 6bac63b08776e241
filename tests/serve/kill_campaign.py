"""Kill every part of a running service again and again: no job may be lost, none end twice.

    python -m tests.serve.kill_campaign --jobs 100 --kills 20

Ends with 1 when a job was lost or doubled.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import httpx

from legolab.serve.broker import connect
from tests.serve.running import running

KINDS = ("worker", "horse", "engine", "painter", "api", "broker", "scheduler")
CAPTIONS = ("a chair with four legs", "a small round table", "a bookshelf with three shelves")
LONGEST = 300.0
"""Seconds after the last kill without any job ending after which the others count as lost."""


class Campaign:
    def __init__(self, service, jobs, kills, seed):
        self.service = service
        self.random = random.Random(seed)
        self.jobs = jobs
        self.left = Counter(dict.fromkeys(KINDS, kills))
        self.killed = Counter()
        self.accepted = {}  # job id -> how it was first seen to end
        self.ended = 0

    def run(self):
        asker = threading.Thread(target=self._ask, daemon=True)
        asker.start()
        while sum(self.left.values()) and (asker.is_alive() or self._open()):
            self._kill_one()
            time.sleep(self.random.uniform(0.1, 0.6))
        asker.join()
        self._keep_busy_and_kill()
        going_on, ended = self._open(), time.monotonic()
        while going_on and time.monotonic() - ended < LONGEST:
            time.sleep(0.5)
            before, going_on = going_on, self._open()
            if len(going_on) < len(before):
                ended = time.monotonic()

    def _ask(self):
        """Order every job, each until it is accepted; the key makes it one."""
        for index in range(self.jobs):
            self._order(index)
            time.sleep(self.random.uniform(0.2, 0.8))

    def _order(self, index):
        order = {"prompt": CAPTIONS[index % len(CAPTIONS)], "seed": index}
        key = {"Idempotency-Key": uuid.uuid4().hex}
        while True:
            answer = self._try("POST", "/generate", json=order, headers=key)
            if answer is not None and answer.status_code == 202:
                self.accepted[answer.json()["job_id"]] = None
                return
            time.sleep(0.2)

    def _try(self, method, path, **more):
        try:
            return self.service.client.request(method, path, **more)
        except httpx.HTTPError:
            return None

    def _kill_one(self):
        parts = self.service.parts()
        able = [kind for kind in KINDS if self.left[kind] and parts.get(kind)]
        if not able:
            return
        kind = max(able, key=lambda name: (self.left[name], self.random.random()))
        try:
            os.kill(self.random.choice(parts[kind]), signal.SIGKILL)
        except ProcessLookupError:
            return
        self.left[kind] -= 1
        self.killed[kind] += 1

    def _keep_busy_and_kill(self):
        """What is left to kill is killed with more jobs running."""
        index = self.jobs
        while sum(self.left.values()):
            if len(self._open()) < 3:
                self._order(index)
                index += 1
            self._kill_one()
            time.sleep(self.random.uniform(0.1, 0.6))

    def _open(self):
        """The jobs of which no end was seen."""
        for job, end in list(self.accepted.items()):
            if end is None:
                answer = self._try("GET", f"/generate/{job}")
                if answer is not None and answer.status_code == 200:
                    document = answer.json()
                    if document["status"] not in ("queued", "started"):
                        self.accepted[job] = document
        return [job for job, end in self.accepted.items() if end is None]

    def report(self, home):
        redis = connect(f"unix://{home}/kept/broker/socket")
        lost, doubled, changed, broken = [], [], [], []
        results = Counter()
        for job, first in self.accepted.items():
            if first is None:
                lost.append((job, self.service.look(job)))
                continue
            entries = redis.xrange(f"legolab:events:{job}")
            kinds = [json.loads(fields[b"event"])["type"] for _, fields in entries]
            ends = [kind for kind in kinds if kind in ("finished", "failed", "cancelled")]
            if len(ends) != 1 or kinds[-1] != ends[0]:
                doubled.append((job, ends))
            now = self.service.look(job)
            if now["status"] != first["status"] or ends[:1] != [now["status"]]:
                changed.append((job, first["status"], now["status"], ends))
            if now["status"] == "finished":
                results[now["png_url"].split("/")[2]] += 1
                picture = self.service.client.get(now["png_url"])
                if picture.status_code != 200 or not picture.content.startswith(b"\x89PNG"):
                    broken.append(job)
            elif not now.get("reason"):
                broken.append(job)
        redis.close()
        stored = {path.name for path in (home / "kept/results/tmp").iterdir()}
        states = Counter(end["status"] for end in self.accepted.values() if end)
        reasons = Counter(
            end["reason"] for end in self.accepted.values() if end and end["status"] == "failed"
        )
        print("accepted", len(self.accepted), dict(states))
        for reason, number in reasons.items():
            print("  failed", number, reason)
        print("killed", dict(self.killed))
        print("lost", len(lost), lost)
        print("doubled", len(doubled), doubled)
        print("changed after the end", len(changed), changed)
        print("without files or reason", len(broken), broken)
        shared = [result for result, number in results.items() if number > 1]
        print("results of two jobs", len(shared))
        print("stored without a job", len(stored - set(results)))
        return bool(lost or doubled or changed or broken or shared)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--jobs", type=int, default=100)
    options.add_argument("--kills", type=int, default=20, help="of each kind")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with running(home, LEGOLAB_WORKERS="2", LEGOLAB_RATE_LIMIT="1000") as service:
            campaign = Campaign(service, given.jobs, given.kills, given.seed)
            campaign.run()
            wrong = campaign.report(home)
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
