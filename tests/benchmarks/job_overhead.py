"""What the service adds to a generation: `python -m tests.benchmarks.job_overhead`.

A job's time is from POST to the moment at which `finished` is read from its events by a client in
this process; its generation is what its trace says. Needs a quiet machine: both cores are used.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.serve.running import running

JOBS = 40
CAPTIONS = (
    "a chair with four legs",
    "a small round table",
    "a bookshelf with three shelves",
    "a tall tower with a pointed roof",
    "a red sofa",
)


def follow(service, job: str) -> tuple[float, dict]:
    """When the job's end was read, and its last event."""
    with service.client.stream("GET", f"/generate/{job}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                event = json.loads(line[5:])
                if event["type"] in ("finished", "failed"):
                    return time.perf_counter(), event
    raise AssertionError("a stream ended without an end")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main() -> None:
    home = tempfile.TemporaryDirectory()
    with home as folder, running(Path(folder), LEGOLAB_RATE_LIMIT="1000") as service:
        follow(service, service.order())
        spent, added, events = [], [], []
        for index in range(JOBS):
            began = time.perf_counter()
            job = service.order(CAPTIONS[index % len(CAPTIONS)], seed=index)
            end, event = follow(service, job)
            generation = sum(event["trace"]["seconds"].values())
            spent.append(end - began)
            added.append(end - began - generation)
            events.append(event["trace"]["proposals"])
        p95 = quantiles(added, n=20)[-1]
        say(f"{JOBS} jobs one by one: p50 {median(spent) * 1e3:.0f} ms from POST to finished")
        say(f"beyond generation: p50 {median(added) * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms")
        say(f"bricks proposed: p50 {median(events):.0f}, most {max(events)}")
        began = time.perf_counter()
        jobs = [
            service.order(CAPTIONS[index % len(CAPTIONS)], seed=100 + index)
            for index in range(JOBS)
        ]
        for job in jobs:
            assert service.finished(job)["status"] == "finished"
        seconds = time.perf_counter() - began
        say(f"{JOBS} jobs at once, one worker: {JOBS / seconds * 60:.0f} a minute")


if __name__ == "__main__":
    main()
